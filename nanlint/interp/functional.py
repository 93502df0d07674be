"""Models that hold no parameters and are called with them: `model.apply(parameters, x, rngs=...)`."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.arguments import Arguments
from nanlint.interp.classes import instance_attribute
from nanlint.interp.containers import sequence
from nanlint.interp.functions import bound_to
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Chain, Dotted, Function, Instance, Layer

FUNCTIONAL = {table.functional_call: table for table in FRAMEWORKS if table.functional_call}
OWN_KEYWORDS = frozenset({"rngs", "mutable", "method", "capture_intermediates"})


def functional(model: Value, name: str) -> bool:
    """Whether that method calls the model with parameters."""
    framework = FUNCTIONAL[name]
    match model.payload:
        case Instance(of=definition):
            names = {entry.name for entry in definition.ancestry() if isinstance(entry, Dotted)}
            return bool(names & framework.model_bases)
        case Layer(framework=own):
            return own == framework.name
        case Chain(layers=layers):
            return any(functional(layer, name) for layer in layers)
    return False


def call_functional(machine: Machine, model: Value, given: Arguments, node: cst.Call) -> Value:
    """What the model, or the method of it that is named, gives; beside it what it changes, if that is wanted."""
    named = {key: argument for key, argument in given.named.items() if key not in OWN_KEYWORDS}
    first = next((p for p in ("variables", "params") if p in named), None)
    if first is not None and not given.positional:
        del named[first]
    rest = Arguments(given.positional[1:], named, given.star)
    result = machine.call(_method(machine, model, given), rest, node)
    mutable = given.named.get("mutable", (None, None))[0]
    if mutable is None or mutable.constant is False or mutable.is_none:
        return result
    return sequence(machine, (result, machine.unknown(*given.values[:1])))


def _method(machine: Machine, model: Value, given: Arguments) -> Value:
    """What `method=` names, as a string or as a function; the model itself where it is not given."""
    wanted = given.named.get("method", (None, None))[0]
    if wanted is None or wanted.is_none:
        return model
    if isinstance(wanted.constant, str):
        return instance_attribute(machine, model, wanted.constant) or machine.unknown(model)
    if isinstance(wanted.payload, Function) and wanted.payload.receiver is None:
        return bound_to(wanted, model)
    return wanted
