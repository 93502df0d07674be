"""Which of several callables a call can be meant for: Python refuses the others, by the number of their parameters."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from nanlint.domain.value import Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.objects import Class, Function


def fitting(callables: Sequence[Value], given: Arguments) -> Sequence[Value]:
    """Those that take what is given; all of them if none does, or if nobody knows how much is given."""
    if given.placed is not None:
        return callables
    return [each for each in callables if _takes(each, given)] or callables


def _takes(callee: Value, given: Arguments) -> bool:
    """False only for a function or a class of the files whose parameters are known."""
    match callee.payload:
        case Function(decorators=(), receiver=receiver) as function:
            return _fits(function.node, given, 0 if receiver is None else 1)
        case Class(decorators=()) as definition:
            found = definition.lookup("__init__")
            constructor = None if found is None else found[1].payload
            if isinstance(constructor, Function) and not constructor.decorators:
                return _fits(constructor.node, given, 1)
    return True


def _fits(function: cst.FunctionDef | cst.Lambda, given: Arguments, before: int) -> bool:
    """`before` arguments, `self`, precede those that are given."""
    if isinstance(function, cst.FunctionDef) and function.decorators:
        return True
    parameters = function.params
    positional = [*parameters.posonly_params, *parameters.params]
    count = before + len(given.positional)
    if count > len(positional) and not isinstance(parameters.star_arg, cst.Param):
        return False
    left = [*positional[count:], *parameters.kwonly_params]
    names = {parameter.name.value for parameter in left}
    if parameters.star_kwarg is None and not given.named.keys() <= names:
        return False
    wanting = (parameter for parameter in left if parameter.default is None)
    return given.star or all(parameter.name.value in given.named for parameter in wanting)
