"""Builtins that go over things: `zip`, `enumerate`, `map`, `reversed`; what is known one by one stays so."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import is_exact, items_of, mapping, merged, sequence
from nanlint.interp.datasets import rows_of
from nanlint.interp.machine import Machine
from nanlint.interp.numbers import Builtin
from nanlint.interp.objects import Entries


def _known(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """What going over the value gives, if that is known one by one."""
    if isinstance(value.payload, Entries):
        keys = tuple(machine.constant(key) for key in value.payload.items)
        return keys if value.payload.exact else None
    return items_of(value) if is_exact(value) else None


def _enumerate(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    iterable = given.first() or machine.unknown()
    start = given.positional[1][0] if len(given.positional) > 1 else given.named.get("start", (None, None))[0]
    first = 0 if start is None else start.constant
    known = _known(machine, iterable)
    if known is not None and isinstance(first, int):
        pairs = [sequence(machine, (machine.constant(first + i), item)) for i, item in enumerate(known)]
        return sequence(machine, tuple(pairs))
    low = start.range.lo if start is not None else 0.0
    index = machine.unknown(op=Op.ARANGE, kind=Kind.INTEGER)
    index = replace(index, range=interval(low, float("inf")), dtype=Dtype.INTEGER, known=low > -float("inf"))
    return sequence(machine, (sequence(machine, (index, rows_of(machine, iterable))),), exact=False)


def zipped(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`zip(a, b)`: as long as the shortest."""
    values = [value for value, _ in given.positional]
    if given.star and values:
        together = machine.join(values)
        columns = items_of(together)
        if columns and is_exact(together):  # `zip(*rows)`
            return sequence(machine, tuple(sequence(machine, (column,), exact=False) for column in columns))
    known = [items for value in values if (items := _known(machine, value)) is not None]
    if len(known) == len(values) and not given.star:
        return sequence(machine, tuple(sequence(machine, row) for row in zip(*known, strict=False)))
    return sequence(machine, (sequence(machine, tuple(rows_of(machine, v) for v in values)),), exact=False)


def _same_items(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`list`, `tuple`, `iter`: another container of the same items."""
    value = given.first()
    if value is None:
        return sequence(machine, ())
    known = _known(machine, value)
    some = items_of(value) if known is None else known
    return sequence(machine, (rows_of(machine, value),) if some is None else some, exact=known is not None)


def _reversed(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    items = _same_items(machine, given, node)
    return sequence(machine, (items_of(items) or ())[::-1], is_exact(items))


def _some_order(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`sorted`, `set`: the items, some of them perhaps only once."""
    same = _same_items(machine, given, node)
    items = items_of(same) or ()
    return sequence(machine, items, exact=is_exact(same) and len(items) < 2)


def _next(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """The first item of an iterator that is made here; else any."""
    iterator = given.first() or machine.unknown()
    known = _known(machine, iterator)
    fresh = bool(node.args) and isinstance(node.args[0].value, (cst.Call, cst.GeneratorExp))
    return known[0] if known and fresh else rows_of(machine, iterator)


def _map(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`map(f, xs)`: `f` of each known item, or of some element."""
    if len(given.positional) < 2:
        return machine.unknown()
    function = given.positional[0][0]
    rows = zipped(machine, Arguments(given.positional[1:]), node)
    results = tuple(
        machine.call(function, Arguments(tuple((value, None) for value in items_of(row) or ())), node)
        for row in items_of(rows) or ()
    )
    return sequence(machine, results, is_exact(rows))


def _filter(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    kept = [rows_of(machine, value) for value, _ in given.positional[1:2]]
    return sequence(machine, tuple(kept), exact=False)


def _chained(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`itertools.chain(a, b)`."""
    known = [_known(machine, value) for value, _ in given.positional]
    if given.star or any(items is None for items in known):
        return sequence(machine, tuple(rows_of(machine, value) for value, _ in given.positional), exact=False)
    return sequence(machine, tuple(item for items in known for item in items or ()))


def _dict(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    named = mapping(machine, {name: value for name, (value, _) in given.named.items()}, not given.star)
    return merged(machine, mapping(machine, {}), *(value for value, _ in given.positional[:1]), named)


def _from_keys(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`dict.fromkeys(keys, value)`."""
    keys = _known(machine, given.first() or machine.unknown())
    value = given.positional[1][0] if len(given.positional) > 1 else machine.constant(None)
    if keys is None or any(key.constant is None for key in keys):
        return machine.thing(Kind.MAPPING, Entries({}, exact=False, rest=value))
    return mapping(machine, {key.constant: value for key in keys})


def _default_dict(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`defaultdict(factory)`: what a missing key gives is made when it is asked for."""
    rest = Arguments(given.positional[1:], given.keywords, given.star)
    entries = _dict(machine, rest, node)
    payload = entries.payload
    return (
        replace(entries, payload=replace(payload, factory=given.first())) if isinstance(payload, Entries) else entries
    )


ITERATION: dict[str, Builtin] = {
    "builtins.enumerate": _enumerate,
    "builtins.zip": zipped,
    "builtins.list": _same_items,
    "builtins.tuple": _same_items,
    "builtins.iter": _same_items,
    "builtins.set": _some_order,
    "builtins.frozenset": _some_order,
    "builtins.sorted": _some_order,
    "builtins.reversed": _reversed,
    "builtins.next": _next,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.dict": _dict,
    "builtins.dict.fromkeys": _from_keys,
    "itertools.chain": _chained,
    "collections.OrderedDict": _dict,
    "omegaconf.OmegaConf.create": _dict,
    "ml_collections.ConfigDict": _dict,
    "ml_collections.FrozenConfigDict": _dict,
    "easydict.EasyDict": _dict,
    "munch.Munch": _dict,
    "addict.Dict": _dict,
    "box.Box": _dict,
    "collections.defaultdict": _default_dict,
    "collections.deque": _same_items,
}
