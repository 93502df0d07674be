"""Calls of functions that take functions: what they pass, and how one of the functions is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Value
from nanlint.frameworks.entries import Control
from nanlint.interp.arguments import Arguments
from nanlint.interp.machine import Machine


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call passes, under canonical names; `rest` is what the variadic parameter takes."""

    named: Mapping[str, Value]
    rest: tuple[Value, ...]
    node: cst.Call

    def get(self, machine: Machine, name: str) -> Value:
        return self.named.get(name) or machine.unknown()


def taken(control: Control, given: Arguments, node: cst.Call) -> Taken:
    spelled = {parameter.spelled: parameter.canonical for parameter in control.parameters}
    plain = [parameter.canonical for parameter in control.parameters if not parameter.variadic]
    values = [value for value, _ in given.positional]
    named = dict(zip(plain, values, strict=False))
    named.update({spelled[key]: value for key, (value, _) in given.named.items() if key in spelled})
    return Taken(named, tuple(values[len(plain) :]), node)


def run(machine: Machine, function: Value, arguments: Sequence[Value], node: cst.Call) -> Value:
    return machine.call(function, Arguments(tuple((value, None) for value in arguments)), node)
