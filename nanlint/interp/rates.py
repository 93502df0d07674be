"""Rates that a script sets: `optimizer.learning_rate = rate`, `for g in optimizer.param_groups: g["lr"] = rate`."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Member

WITHIN = frozenset({Op.ITERATE, Op.SELECT, Op.OPAQUE})
RATE_ATTRIBUTES = frozenset(name for table in frameworks.FRAMEWORKS for name in table.rate_attributes)
SETTERS = frozenset(name for table in frameworks.FRAMEWORKS for name in table.setters)
MAX_STEPS = 4  # from a group back to the attribute that holds all groups


def rate_set(machine: Machine, owner: Value, key: Value | None, value: Value, target: cst.Subscript) -> None:
    """Records that the rate of an optimizer is set, if `owner[key] = value` does that."""
    name = key.constant if key is not None else None
    groups = owner
    for _ in range(MAX_STEPS):
        member = groups.payload
        if isinstance(member, Member):
            if isinstance(name, str) and frameworks.rate_key(member.name) == name:
                _record(machine, member.receiver, value, target, "[]")
            return
        if groups.op not in WITHIN or not groups.made_by.operands:
            return
        groups = groups.made_by.operands[0]


def rate_attribute_set(machine: Machine, owner: Value, name: str, value: Value, target: cst.Attribute | None) -> None:
    """Records that `optimizer.learning_rate = value` sets the rate."""
    if owner.kind is Kind.OPTIMIZER and name in RATE_ATTRIBUTES and target is not None:
        _record(machine, owner, value, target, "." + name)


def variable_set(machine: Machine, variable: Value, value: Value, target: cst.BaseExpression | None) -> None:
    """Records that `K.set_value(optimizer.lr, value)` or `optimizer.learning_rate.assign(value)` sets the rate."""
    member = variable.payload
    if isinstance(member, Member) and isinstance(target, cst.Attribute):
        rate_attribute_set(machine, member.receiver, member.name, value, target)


def _record(machine: Machine, optimizer: Value, rate: Value, target: cst.BaseExpression, spelling: str) -> None:
    machine.record(
        Op.SET_RATE,
        (optimizer,),
        target,
        options={"rate": rate},
        framework=optimizer.made_by.framework,
        kind=Kind.NONE,
        spelling=spelling,
    )
