"""The logarithm of a softmax."""

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
    for reading in readings(trace, Form.SOFTMAX):
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
        return f"{what}: the guard bounds the value, but the gradient fades to 0 where the softmax is smaller than it"
    return f"{what}, a softmax: {cause(reading)}; there {consequence(reading)}"


def _remedy(reading: Reading) -> str:
    if reading.event.op is Op.LOG:
        return "Take log_softmax of the logits; a loss such as cross_entropy takes the logits themselves."
    base = "2" if reading.event.op is Op.LOG2 else "10"
    return f"Take log_softmax of the logits and divide it by log({base})."
