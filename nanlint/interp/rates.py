"""Rates that a script sets in an optimizer's groups: `for group in optimizer.param_groups: group["lr"] = rate`."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Member

WITHIN = frozenset({Op.ITERATE, Op.SELECT, Op.OPAQUE})
MAX_STEPS = 4  # from a group back to the attribute that holds all groups


def rate_set(machine: Machine, owner: Value, key: Value | None, value: Value, target: cst.Subscript) -> None:
    """Records that the rate of an optimizer is set, if `owner[key] = value` does that."""
    name = key.constant if key is not None else None
    groups = owner
    for _ in range(MAX_STEPS):
        member = groups.payload
        if isinstance(member, Member):
            if isinstance(name, str) and frameworks.rate_key(member.name) == name:
                machine.record(
                    Op.SET_RATE,
                    (member.receiver,),
                    target,
                    options={"rate": value},
                    framework=member.receiver.made_by.framework,
                    kind=Kind.NONE,
                    spelling="[]",
                )
            return
        if groups.op not in WITHIN or not groups.made_by.operands:
            return
        groups = groups.made_by.operands[0]
