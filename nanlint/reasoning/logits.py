"""Telling a loss whether it is given probabilities or logits: the edit of its flag, wherever that is written."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.objects import Dotted, Layer
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import FLAG, Edits, called_layer
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.texts import code
from nanlint.rule import Replace


def telling(loss: Event, trace: Trace, logits: bool) -> Edits | None:
    """`from_logits=True` (or False) in the call of the loss or of its class, or for the loss that is compiled."""
    stated = loss.site.options.get(FLAG)
    if stated is not None:
        return Edits((Replace(stated, str(logits)),))
    if FLAG not in loss.options:
        return None
    settings = _compiled(loss, trace)
    if settings is not None:
        return _in_compiled(settings, logits)
    layer = called_layer(loss)
    if layer is not None:
        return _added(layer.node, logits)
    called = loss.node.func if isinstance(loss.node, cst.Call) else None
    return _added(called if isinstance(called, cst.Call) else loss.node, logits)


def _compiled(loss: Event, trace: Trace) -> Event | None:
    """The last call before it that compiled a loss into the model, if it is the model that applies the loss."""
    fits = [event for event in trace.of(Op.FIT) if event.node is loss.node]
    models = {event.x.number for event in fits}
    found = [event for event in trace.of(Op.COMPILE) if event.node is loss.node or event.x.number in models]
    before = [event for event in found if not fits or trace.events.index(event) < trace.events.index(fits[-1])]
    return before[-1] if before else None


def _in_compiled(settings: Event, logits: bool) -> Edits | None:
    """A string or a function becomes an object of the class."""
    given, node = settings.options.get("loss"), settings.site.options.get("loss")
    if given is None or node is None:
        return None
    if isinstance(given.payload, Layer):
        return _added(given.payload.node, logits)
    named = given.payload.name if isinstance(given.payload, Dotted) else given.constant
    name = registry.loss_class(settings.framework, named) if isinstance(named, str) else None
    if name is None:
        return None
    text, imports = spell_name(settings.site, name)
    return Edits((Replace(node, f"{text}({FLAG}={logits})"),), imports)


def _added(call: cst.CSTNode, logits: bool) -> Edits | None:
    """The keyword behind all arguments."""
    if not isinstance(call, cst.Call) or any(argument.star for argument in call.args):
        return None
    added = f"{FLAG}={logits}"
    if not call.args:
        return Edits((Replace(call, f"{code(call.func)}({added})"),))
    last = call.args[-1].value
    return Edits((Replace(last, f"{code(last)}, {added}"),))
