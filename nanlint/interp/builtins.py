"""Python's builtins and the few standard-library callables through which numbers and layers pass."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NON_NEGATIVE, POSITIVE, interval, point
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import attribute
from nanlint.interp.containers import each, element, items_of, mapping, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.numbers import NUMBERS, Builtin, record_call
from nanlint.interp.objects import Elements, Entries, Partial
from nanlint.interp.parser import make_parser


def _length(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first()
    if value is None:
        return machine.unknown(kind=Kind.INTEGER)
    if isinstance(value.payload, Elements) and value.payload.exact:
        return machine.constant(len(value.payload.items))
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


def _enumerate(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    iterable = given.first() or machine.unknown()
    start = given.positional[1][0] if len(given.positional) > 1 else given.named.get("start", (None, None))[0]
    low = start.range.lo if start is not None else 0.0
    index = machine.unknown(op=Op.ARANGE, kind=Kind.INTEGER)
    index = replace(index, range=interval(low, float("inf")), dtype=Dtype.INTEGER, known=low > -float("inf"))
    return sequence(machine, (sequence(machine, (index, each(machine, iterable))),), exact=False)


def _zip(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    values = [value for value, _ in given.positional]
    lengths = {len(items_of(v) or ()) for v in values if isinstance(v.payload, Elements) and v.payload.exact}
    exact = [v for v in values if isinstance(v.payload, Elements) and v.payload.exact]
    if len(exact) == len(values) and len(lengths) == 1:
        rows = zip(*(items_of(v) or () for v in values), strict=True)
        return sequence(machine, tuple(sequence(machine, row) for row in rows))
    return sequence(machine, (sequence(machine, tuple(each(machine, v) for v in values)),), exact=False)


def _same_items(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`list`, `tuple`, `sorted`, `reversed`, `iter`, `set`: the items in some order."""
    value = given.first()
    if value is None:
        return sequence(machine, ())
    if isinstance(value.payload, Elements):
        return value
    items = items_of(value)
    return sequence(machine, items if items is not None else (each(machine, value),), exact=False)


def _next(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return each(machine, given.first() or machine.unknown())


def _dict(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    items: dict[object, Value] = {name: value for name, (value, _) in given.named.items()}
    base = given.first()
    if base is not None and isinstance(base.payload, Entries):
        items = {**base.payload.items, **items}
    known_pairs = base is not None and isinstance(base.payload, Elements) and base.payload.exact
    if base is not None and known_pairs:
        for pair in items_of(base) or ():
            key = element(machine, pair, 0).constant
            if isinstance(key, (str, int)):
                items[key] = element(machine, pair, 1)
    exact = not given.star and (base is None or isinstance(base.payload, Entries) or known_pairs)
    return mapping(machine, items, exact)


def _vars(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`vars(args)`: a namespace as a dict."""
    value = given.first() or machine.unknown()
    return value if isinstance(value.payload, Entries) else machine.unknown(value)


def _map(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`map(f, xs)`: `f` of each known item, or of some element."""
    if len(given.positional) < 2:
        return machine.unknown()
    function = given.positional[0][0]
    rows = _zip(machine, Arguments(given.positional[1:]), node)
    results = tuple(
        machine.call(function, Arguments(tuple((value, None) for value in items_of(row) or ())), node)
        for row in items_of(rows) or ()
    )
    return machine.thing(Kind.SEQUENCE, Elements(results, isinstance(rows.payload, Elements) and rows.payload.exact))


def _filter(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    items = [each(machine, value) for value, _ in given.positional[1:2]]
    return sequence(machine, tuple(items), exact=False)


def _field(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """A dataclass field: its default."""
    return given.named["default"][0] if "default" in given.named else machine.unknown()


def _namespace(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    items: dict[object, Value] = {name: value for name, (value, _) in given.named.items()}
    return machine.thing(Kind.OBJECT, Entries(items, exact=False))


def _first(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return given.first() or machine.unknown()


def _partial(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    function = given.first()
    if function is None:
        return machine.unknown()
    positional = tuple(value for value, _ in given.positional[1:])
    keywords = {name: value for name, (value, _) in given.named.items()}
    return machine.thing(Kind.FUNCTION, Partial(function, positional, keywords))


def _getattr(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    if len(given.positional) < 2:
        return machine.unknown()
    name = given.positional[1][0].constant
    if not isinstance(name, str) or not name.isidentifier():
        return machine.unknown(given.positional[0][0])
    return attribute(machine, given.positional[0][0], name, cst.Attribute(cst.Name("object"), cst.Name(name)))


def _of_kind(kind: Kind) -> Builtin:
    return lambda machine, given, node: machine.unknown(*given.values, kind=kind)


def _parser(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return make_parser(machine)


BUILTINS: dict[str, Builtin] = {
    **NUMBERS,
    "builtins.len": _length,
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.list": _same_items,
    "builtins.tuple": _same_items,
    "builtins.set": _same_items,
    "builtins.sorted": _same_items,
    "builtins.reversed": _same_items,
    "builtins.iter": _same_items,
    "builtins.next": _next,
    "builtins.dict": _dict,
    "builtins.vars": _vars,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.getattr": _getattr,
    "builtins.str": _of_kind(Kind.STRING),
    "builtins.repr": _of_kind(Kind.STRING),
    "builtins.format": _of_kind(Kind.STRING),
    "builtins.input": _of_kind(Kind.STRING),
    "builtins.isinstance": _of_kind(Kind.BOOLEAN),
    "builtins.hasattr": _of_kind(Kind.BOOLEAN),
    "builtins.callable": _of_kind(Kind.BOOLEAN),
    "collections.OrderedDict": _dict,
    "collections.deque": _same_items,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "argparse.ArgumentParser": _parser,
    "functools.partial": _partial,
    "dataclasses.field": _field,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "tqdm.tqdm": _first,
    "tqdm.auto.tqdm": _first,
    "tqdm.notebook.tqdm": _first,
    "time.time": _of_kind(Kind.NUMBER),
    "time.perf_counter": _of_kind(Kind.NUMBER),
    "pathlib.Path": _of_kind(Kind.PATH),
    "os.path.join": _of_kind(Kind.STRING),
}
