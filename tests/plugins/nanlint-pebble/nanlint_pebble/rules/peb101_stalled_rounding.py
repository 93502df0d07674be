"""Rounding what is trained: a gradient that is 0 everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Trace
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.texts import wrapped
from nanlint.rule import Bad, Draft, Good, Limits, Option, Replace, Rewrite, Rule

HARMLESS = Option("harmless", tuple, (), "Operations whose results may be rounded: relu.")


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    harmless = limits.options.get(HARMLESS.name, HARMLESS.default)
    assert isinstance(harmless, tuple)
    for event in trace.of(Op.ROUND):
        node = operand_node(event, 0)
        if event.x.gradient and node is not None and event.x.op.value not in harmless:
            yield Draft(
                event,
                Level.WARNING,
                f"{describe(event)} of {quoted(node)}: no gradient comes through",
                "Round after training, or let the gradient pass by the rounding.",
                evidence=trail(event, trace, event.x),
                rewrite=Rewrite("Leave the rounding out", Applicability.UNSAFE, (Replace(event.node, wrapped(node)),)),
            )


RULE = Rule(
    code="PEB101",
    name="stalled-rounding",
    summary="Rounding of something that is trained.",
    why="A rounded number does not change with its operand: the gradient is 0 wherever it exists, and what stands "
    "before the rounding is not trained.",
    check=check,
    specific=10,
    fix=Applicability.UNSAFE,
    fix_note="The values are no longer whole numbers.",
    options=(HARMLESS,),
    bad=(
        Bad(
            "pebble",
            "import pebble\n\ndef f(x):\n    return pebble.round(pebble.relu(x))\n",
            fixed="import pebble\n\ndef f(x):\n    return pebble.relu(x)\n",
            level=Level.WARNING,
        ),
    ),
    good=(Good("numpy", "import numpy as np\n\nsteps = np.round(np.arange(3))\n", "NumPy trains nothing."),),
)
