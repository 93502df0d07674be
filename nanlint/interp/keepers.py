"""Objects that keep the arguments of their constructor: `self.save_hyperparameters()`, then `self.hparams.rate`."""

from __future__ import annotations

from collections.abc import Mapping

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.activation import Activation
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import items_of
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Entries, Instance
from nanlint.interp.parameters import every

KEEPERS = {method: held for table in FRAMEWORKS for method, held in table.keepers.items()}
IGNORED = "ignore"


def keep(machine: Machine, instance: Instance, method: str, given: Arguments) -> None:
    """The arguments by their names; only those that are named, or what one argument holds."""
    held = KEEPERS[method]
    before = instance.cells.get(held)
    items = dict(before.payload.items) if before is not None and isinstance(before.payload, Entries) else {}
    own = _arguments(machine, instance)
    named = [value.constant for value, _ in given.positional]
    chosen = {name: own[name] for name in named if isinstance(name, str) and name in own}
    if named and None in named:
        config = given.positional[0][0]
        if not isinstance(config.payload, Entries):
            machine.store.write(instance.cells, held, config)
            return
        chosen = _named(config.payload)
    elif not named:
        left_out = _strings(given.named[IGNORED][0]) if IGNORED in given.named else set()
        chosen = {name: value for name, value in own.items() if name not in left_out}
    kept = machine.thing(Kind.OBJECT, Entries({**items, **chosen}, exact=False))
    machine.store.write(instance.cells, held, kept)


def _arguments(machine: Machine, instance: Instance) -> Mapping[str, Value]:
    """Those of the running constructor, and of the subclasses' constructors that called it, whose own count more."""
    found: dict[str, Value] = {}
    for activation in (machine.active, *reversed(machine.stack)):
        if activation.receiver is None or activation.receiver.payload is not instance:
            break
        found |= _held(activation)
    return found


def _held(activation: Activation) -> dict[str, Value]:
    """What a function's parameters hold by now, those of `**more` among them."""
    function, cells = activation.function, activation.scope.cells
    if function is None:
        return {}
    names = [parameter.name.value for parameter in every(function.node.params)][1:]
    more = function.node.params.star_kwarg
    rest = None if more is None else cells.get(more.name.value)
    others = _named(rest.payload) if rest is not None and isinstance(rest.payload, Entries) else {}
    return {**{name: cells[name] for name in names if name in cells}, **others}


def _named(entries: Entries) -> dict[str, Value]:
    return {name: value for name, value in entries.items.items() if isinstance(name, str)}


def _strings(value: Value) -> set[object]:
    """`"net"`, `["net", "loss"]`."""
    items = items_of(value)
    return {item.constant for item in ((value,) if items is None else items)}
