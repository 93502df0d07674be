"""Python's builtins and the few standard-library callables through which numbers and layers pass."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NON_NEGATIVE, POSITIVE, interval, point
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import is_exact, items_of, sequence
from nanlint.interp.documents import DOCUMENTS
from nanlint.interp.iteration import ITERATION
from nanlint.interp.machine import Machine
from nanlint.interp.modules import class_of, examples, is_instance, types_in
from nanlint.interp.numbers import NUMBERS, Builtin, record_call
from nanlint.interp.objects import Entries
from nanlint.interp.options import OPTIONS
from nanlint.interp.records import RECORDS
from nanlint.interp.reflection import REFLECTION
from nanlint.interp.values import choices


def _length(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first()
    if value is None:
        return machine.unknown(kind=Kind.INTEGER)
    items = value.payload.items if isinstance(value.payload, Entries) else items_of(value)
    if items is not None and is_exact(value):
        return machine.constant(len(items))
    length = record_call(machine, Op.LENGTH, (value,), node, Kind.INTEGER, "len").within(NON_NEGATIVE)
    fact = machine.store.facts.get(value.number)
    return length if fact is None or fact.range.contains(0.0) else length.within(POSITIVE)  # after `if items:`


def _range(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """The integers that `range` yields, as one Value."""
    values = [value for value, _ in given.positional]
    step = values[2] if len(values) > 2 else None
    low = values[0].range if len(values) > 1 else point(0.0)
    high = values[-1 if len(values) < 3 else 1].range if values else interval(0.0, float("inf"))
    bounds = interval(low.lo, max(high.hi - 1.0, low.lo))
    if step is not None and step.range.lo <= 0.0:
        bounds = low.join(high)
    index = machine.unknown(*values, op=Op.ARANGE, kind=Kind.INTEGER)
    index = replace(index, range=bounds, dtype=Dtype.INTEGER, known=bounds.lo > -float("inf"), gradient=False)
    return sequence(machine, (index,), exact=False)


def _first(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return given.first() or machine.unknown()


def _isinstance(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """Known of layers and objects of the file; of one of several modules, a test that tells which."""
    if len(given.positional) != 2:
        return machine.unknown(*given.values, kind=Kind.BOOLEAN)
    (value, _), (types, _) = given.positional
    wanted = types_in(types)
    known = None if wanted is None else is_instance(value, wanted)
    if known is not None:
        return machine.constant(known)
    test = machine.unknown(value, op=Op.INSTANCE_TEST, kind=Kind.BOOLEAN)
    if wanted is None:
        return test
    chosen = [choice for choice in choices(value) if is_instance(choice, wanted) is not False]
    if value.kind is Kind.UNKNOWN and not choices(value):
        chosen = examples(machine, value, wanted, node)
    if not chosen:
        return test
    return replace(test, made_by=replace(test.made_by, operands=(value, machine.join(chosen))))


def _type(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first() or machine.unknown()
    return class_of(machine, value) or machine.unknown(value)


def _of_kind(kind: Kind) -> Builtin:
    return lambda machine, given, node: machine.unknown(*given.values, kind=kind)


BUILTINS: dict[str, Builtin] = {
    **NUMBERS,
    **ITERATION,
    **RECORDS,
    **REFLECTION,
    **OPTIONS,
    **DOCUMENTS,
    "builtins.len": _length,
    "builtins.range": _range,
    "builtins.str": _of_kind(Kind.STRING),
    "builtins.repr": _of_kind(Kind.STRING),
    "builtins.format": _of_kind(Kind.STRING),
    "builtins.input": _of_kind(Kind.STRING),
    "builtins.isinstance": _isinstance,
    "builtins.type": _type,
    "builtins.hasattr": _of_kind(Kind.BOOLEAN),
    "builtins.callable": _of_kind(Kind.BOOLEAN),
    "tqdm.tqdm": _first,
    "tqdm.auto.tqdm": _first,
    "tqdm.notebook.tqdm": _first,
    "time.time": _of_kind(Kind.NUMBER),
    "time.perf_counter": _of_kind(Kind.NUMBER),
}
