"""The logarithm of a sigmoid, or of 1 minus one."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.interp.trace import Trace
from nanlint.rules.guarding import operand_node, quoted
from nanlint.rules.model import Draft, Limits, Rule
from nanlint.rules.probabilities import Form, Reading, cause, consequence, explained, level, readings, rewritten
from nanlint.rules.reasoning import describe, trail


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for reading in readings(trace, Form.SIGMOID):
        grade = level(reading)
        if grade is None:
            continue
        yield Draft(
            reading.event,
            grade,
            _message(reading),
            _remedy(reading),
            evidence=trail(reading.event, trace, reading.event.x),
            claims=explained(reading),
            rewrite=rewritten(reading, trace),
        )


def _message(reading: Reading) -> str:
    event = reading.event
    what = f"{describe(event)} of {quoted(operand_node(event, 0))}"
    if reading.effective:
        return f"{what}: the guard bounds the value, but the gradient is 0 where the sigmoid is saturated"
    return f"{what}, {'1 minus ' * reading.complement}a sigmoid: {cause(reading)}; there {consequence(reading)}"


def _remedy(reading: Reading) -> str:
    form = f"logsigmoid({'-' * reading.complement}x) of the logits x"
    if reading.event.op in (Op.LOG2, Op.LOG10):
        return f"Take {form} and divide it by log({'2' if reading.event.op is Op.LOG2 else '10'})."
    return f"Take {form}; binary_cross_entropy_with_logits takes the logits themselves."
