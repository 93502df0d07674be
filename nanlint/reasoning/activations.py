"""The softmax or sigmoid in front of a loss: finding it, and the edits that leave it out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.objects import Chain, Layer
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.formulas import inside, unguarded
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.moving import contains, removable
from nanlint.reasoning.ownership import denoted
from nanlint.reasoning.probabilities import Probability, probability
from nanlint.reasoning.rewording import minus, rebuilt
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.terms import Term, operand
from nanlint.reasoning.texts import code
from nanlint.rule import Remove, Replace

FLAG = "from_logits"
"""The option of losses that take probabilities or logits, as they are told."""


@dataclass(frozen=True, slots=True)
class Activated:
    """A loss whose input is a softmax or sigmoid, whichever way the branches went.

    term: that input, an epsilon or a clamp left out (then `bounded`); single: there is only one way.
    """

    loss: Event
    term: Term
    p: Probability
    bounded: bool
    single: bool


def activated(loss: Event, trace: Trace) -> Activated | None:
    """What the loss is given, if it is always a probability; the first of several."""
    found: list[Activated] = []
    terms = list(operand(trace, loss).alternatives())
    for term in terms:
        inner, guard = unguarded(term)
        p = probability(inner)
        if p is None:
            return None
        found.append(Activated(loss, inner, p, guard is not None, len(terms) == 1))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Edits:
    """Part of a rewrite."""

    edits: tuple[Replace | Remove, ...]
    imports: tuple[str, ...] = ()


def input_node(loss: Event) -> cst.BaseExpression | None:
    """The expression for the loss's input."""
    return loss.site.operands[0] if loss.site.operands else None


def named_input(loss: Event) -> str:
    """It, for a message; a model that is fitted applies the loss to what it computes."""
    node = input_node(loss)
    return "the output of the model" if node is None else quoted(node)


def written_out(found: Activated, trace: Trace) -> tuple[Event, ...]:
    """The operations of a softmax or sigmoid that is not one call: dropping it takes them along."""
    made = found.p.made
    if made is None or made.op in (Op.SOFTMAX, Op.SOFTMIN, Op.SIGMOID):
        return ()
    return (made, *inside(trace, made))


def at_loss(found: Activated) -> Edits | None:
    """The logits in place of the input, where the activation is applied in the same function."""
    loss, p, node = found.loss, found.p, input_node(found.loss)
    if node is None or p.made is None or p.made.site.frame is not loss.site.frame:
        return None
    if p.logits.node is None or p.logits.links != found.term.links or not found.single:
        return None
    text = minus(p.logits, loss) if p.flipped else p.logits.bare(loss)
    text = None if text is None else rebuilt(text, found.term.links, loss)
    if text is None:
        return None
    line = None if contains(node, p.made.node) else removable(p.made, [node])
    return Edits((Replace(node, text), *([] if line is None else [Remove(line)])))


def at_source(found: Activated, trace: Trace, losses: Collection[Op]) -> Edits | None:
    """Without the activation in the function or model that applies it, if only these losses use the result."""
    made = found.p.made
    if made is None or found.p.total is not None or found.p.flipped or not found.single:
        return None
    layer = _last_layer(made)
    runs = [event for event in trace.of(made.op) if event.node is made.node or _is_of(event, layer)]
    if any(use.op not in losses for run in runs for use in trace.uses(run.result)):
        return None
    if made.site.operands and made.site.operands[0] is not None:
        return Edits((Replace(made.node, code(made.site.operands[0])),))
    if (written := _activation(made, trace)) is not None:
        return Edits((Replace(written, "None"),))
    identity = registry.table(made.framework).identity
    if layer is None or layer.node is None or not identity:
        return None
    name, imports = spell_name(made.site, identity)
    return Edits((Replace(layer.node, f"{name}()"),), imports)


def _activation(made: Event, trace: Trace) -> cst.BaseExpression | None:
    """`"softmax"` of `Dense(10, activation="softmax")`, where the layer applies its activation itself."""
    before = trace.origin(made.x)
    return before.site.options.get("activation") if before is not None and before.node is made.node else None


def _is_of(event: Event, layer: Layer | None) -> bool:
    return layer is not None and _last_layer(event) is layer


def _last_layer(made: Event) -> Layer | None:
    """The layer at the end of a sequence of layers, if that is what made the event."""
    node = made.node
    called = denoted(node.func, made.site) if isinstance(node, cst.Call) else None
    chain = called.payload if called is not None else None
    last = chain.layers[-1].payload if isinstance(chain, Chain) and chain.layers else None
    return last if isinstance(last, Layer) and last.call.op is made.op else None


def called_layer(event: Event) -> Layer | None:
    """The layer that the event calls, alone or as the last of a sequence."""
    node = event.node
    called = denoted(node.func, event.site) if isinstance(node, cst.Call) else None
    if called is None:
        return None
    return called.payload if isinstance(called.payload, Layer) else _last_layer(event)
