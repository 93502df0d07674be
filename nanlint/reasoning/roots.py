"""Norms and standard deviations written out as a root, with an epsilon where their gradient would be lost."""

from __future__ import annotations

from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event
from nanlint.reasoning.guarding import bare, epsilon, literal, operand_node
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.spelling import Spelled, spell
from nanlint.reasoning.texts import code, wrapped
from nanlint.rule import Limits

EUCLIDEAN = (2, 2.0, "fro", "euclidean")


def written_out(event: Event, limits: Limits, correction: str = "") -> Spelled | None:
    """`sqrt(sum(x**2) + eps)`, `sqrt(var(x) + eps)`; None for another order, or where an option cannot be kept.

    A deviation gets another `correction` where one is given.
    """
    order = event.options.get("ord")
    if not plainly_written(event) or (order is not None and order.constant not in EUCLIDEAN):
        return None
    radicand = _radicand(event, correction)
    if radicand is None:
        return None
    return spell(event, Op.SQRT, {"x": f"{radicand} + {literal(epsilon(event, limits))}"})


def _radicand(event: Event, correction: str) -> str | None:
    """What is under the root."""
    nodes = [operand_node(event, i) for i in range(len(event.operands))]
    squares = [f"{wrapped(node)}**2" for node in nodes if node is not None]
    if event.op is Op.HYPOT and len(squares) == 2:
        return " + ".join(squares)
    if event.op not in (Op.NORM, Op.STD) or len(nodes) != 1 or nodes[0] is None:
        return None
    given = {name: code(node) for name, node in event.site.options.items() if name != "ord"}
    if correction:
        given["correction"] = correction
    inner, kept = (Op.SUM, {"axis", "keepdim"}) if event.op is Op.NORM else (Op.VAR, {"axis", "keepdim", "correction"})
    text = squares[0] if event.op is Op.NORM else bare(nodes[0])
    spelled = spell(event, inner, {"x": text, **given})
    return None if spelled is None or spelled.imports or not given.keys() <= kept else spelled.text
