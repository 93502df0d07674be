"""The constructor calls behind an optimizer, and the numbers that they set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Optimizer
from nanlint.interp.objects import Dotted, Elements, Entries, Instance
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.origins import alternatives


def constructions(optimizer: Value | None, trace: Trace) -> list[Event]:
    """The constructor calls that the optimizer may come from; empty when one of them is unknown."""
    found = []
    for choice in alternatives(optimizer) if optimizer is not None else ():
        origin = trace.origin(choice)
        if origin is None or origin.op is not Op.OPTIMIZER:
            return []
        found.append(origin)
    return found


def makers(optimizer: Value | None, trace: Trace) -> list[Event]:
    """The calls that the optimizer may come from, of known constructors or of any other."""
    origins = [trace.origin(choice) for choice in alternatives(optimizer)] if optimizer is not None else []
    return [origin for origin in origins if origin is not None and origin.op in (Op.OPTIMIZER, Op.OPAQUE)]


def table(construction: Event) -> Optimizer | None:
    """What the framework's table says of the optimizer's class, or of the one it derives its `step` from."""
    payload = construction.result.payload
    names = [construction.site.spelling]
    if isinstance(payload, Instance):
        steps = payload.of.lookup("step")
        names = [base.name for base in payload.of.ancestry() if steps is None and isinstance(base, Dotted)]
    return next((entry[1] for name in names if (entry := registry.optimizer(name)) is not None), None)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a constructor was given, and the expression for it."""

    value: Value
    node: cst.BaseExpression | None

    def known(self) -> list[float]:
        """Each number that it surely is on some way through the branches, as far as the file tells."""
        return [
            choice.range.lo for choice in alternatives(self.value) if choice.known and choice.range.point is not None
        ]

    @property
    def certain(self) -> bool:
        """Every way through the branches gives a known number."""
        return all(choice.known and choice.range.point is not None for choice in alternatives(self.value))


def settings(construction: Event, name: str) -> Iterator[Setting]:
    """The optimizer's own setting of that canonical name, and those of its groups of parameters."""
    own = construction.options.get(name)
    if own is not None:
        yield Setting(_initial(own), construction.site.options.get(name))
    groups = construction.options.get("params")
    written = construction.site.options.get("params")
    for i, group in enumerate(groups.payload.items if groups and isinstance(groups.payload, Elements) else ()):
        if isinstance(group.payload, Entries) and name in group.payload.items:
            yield Setting(group.payload.items[name], _in_group(written, i, name))


def _initial(value: Value) -> Value:
    """What a variable starts as: nothing trains the one that holds a setting."""
    held = value.op is Op.WEIGHT and value.made_by.operands
    return value.made_by.x if held and value.made_by.x.kind.scalar else value


def _in_group(groups: cst.BaseExpression | None, i: int, name: str) -> cst.BaseExpression | None:
    """The expression for the setting in `[{"params": ..., "lr": ...}, ...]`."""
    group = groups.elements[i].value if isinstance(groups, cst.List) and i < len(groups.elements) else None
    for element in group.elements if isinstance(group, cst.Dict) else ():
        key = element.key if isinstance(element, cst.DictElement) else None
        if isinstance(key, cst.SimpleString) and key.evaluated_value == name:
            return element.value
    return None


def parts(setting: Setting) -> tuple[Setting, ...]:
    """The numbers of a pair such as `betas`; a single number as it is."""
    payload, node = setting.value.payload, setting.node
    if not isinstance(payload, Elements):
        return (setting,)
    written = node.elements if isinstance(node, (cst.Tuple, cst.List)) else ()
    nodes = [element.value for element in written] if len(written) == len(payload.items) else []
    return tuple(Setting(item, nodes[i] if nodes else node) for i, item in enumerate(payload.items))
