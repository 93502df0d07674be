"""A function's parameters: defaults, annotations, and how a call's arguments meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import is_exact, items_of, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Class, Dotted, Elements, Entries, Instance
from nanlint.interp.promises import index_by_name, small_by_name, target_by_name

NUMBERS = frozenset({Kind.NUMBER, Kind.INTEGER})


def evaluate_arguments(machine: Machine, nodes: Sequence[cst.Arg]) -> Arguments:
    """The arguments of a call, stars unpacked as far as their content is known."""
    positional: list[tuple[Value, cst.BaseExpression | None]] = []
    keywords: dict[str, tuple[Value, cst.BaseExpression | None]] = {}
    star = False
    placed: int | None = None
    for argument in nodes:
        value = machine.evaluate(argument.value)
        if argument.star == "*":
            items = items_of(value)
            star = star or items is None or not is_exact(value)
            if placed is None and value.op is Op.JOIN and not is_exact(value):
                placed = len(positional)
            positional += [(item, None) for item in items or ()]
        elif argument.star == "**":
            entries = value.payload if isinstance(value.payload, Entries) else Entries({}, exact=False)
            star = star or not entries.exact
            keywords.update({key: (item, None) for key, item in entries.items.items() if isinstance(key, str)})
        elif argument.keyword is not None:
            keywords[argument.keyword.value] = (value, argument.value)
        else:
            positional.append((value, argument.value))
    return Arguments(tuple(positional), keywords, star, placed)


def every(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """All but `*args` and `**kwargs`."""
    yield from parameters.posonly_params
    yield from parameters.params
    yield from parameters.kwonly_params


def defaults(machine: Machine, parameters: cst.Parameters) -> dict[str, Value]:
    """The defaults' Values, computed where the function is defined."""
    return {p.name.value: machine.evaluate(p.default) for p in every(parameters) if p.default is not None}


def bind_arguments(
    machine: Machine, parameters: cst.Parameters, given: Arguments | None, default: Mapping[str, Value]
) -> dict[str, Value]:
    """What each parameter holds. Without a caller (`given` None) annotations and defaults tell."""
    bound: dict[str, Value] = {}
    positional = [*parameters.posonly_params, *parameters.params]
    if given is not None:
        for parameter, (value, _) in zip(positional, given.positional[: given.placed], strict=False):
            bound[parameter.name.value] = _as_declared(machine, value, parameter)
    named = dict(given.named) if given is not None else {}
    for parameter in every(parameters):
        name = parameter.name.value
        if name in bound:
            continue
        if name in named:
            bound[name] = _as_declared(machine, named.pop(name)[0], parameter)
        elif given is not None and name in default and not given.star:
            bound[name] = default[name]
        else:
            bound[name] = supplied_by_nobody(machine, parameter, default.get(name))
    _bind_stars(machine, parameters, given, len(positional), named, bound)
    return bound


def _as_declared(machine: Machine, value: Value, parameter: cst.Param) -> Value:
    """Of what nobody supplied, the name of the parameter that it becomes tells whether it is trained.

    What is declared to be an integer is not, be it the array that a compiler makes of one.
    """
    unsure = value.gradient and value.dtype is Dtype.UNKNOWN
    if unsure and annotated(machine, parameter.annotation).kind is Kind.INTEGER:
        return replace(value, dtype=Dtype.INTEGER, gradient=False)
    unknown = value.op is Op.ARGUMENT and value.gradient
    named = unknown and target_by_name(parameter.name.value, machine.active.scope.path)
    return replace(value, gradient=False) if named else value


def _bind_stars(
    machine: Machine,
    parameters: cst.Parameters,
    given: Arguments | None,
    count: int,
    named: Mapping[str, tuple[Value, cst.BaseExpression | None]],
    bound: dict[str, Value],
) -> None:
    if isinstance(parameters.star_arg, cst.Param):
        unplaced = count if given is None or given.placed is None else min(count, given.placed)
        rest = tuple(value for value, _ in given.positional[unplaced:]) if given is not None else ()
        exact = given is not None and not given.star
        bound[parameters.star_arg.name.value] = machine.thing(Kind.SEQUENCE, Elements(rest, exact))
    if parameters.star_kwarg is not None:
        entries = {key: value for key, (value, _) in named.items()}
        exact = given is not None and not given.star
        bound[parameters.star_kwarg.name.value] = machine.thing(Kind.MAPPING, Entries(entries, exact))


def supplied_by_nobody(machine: Machine, parameter: cst.Param, default: Value | None) -> Value:
    """A parameter without a caller: its annotation and its default tell something.

    A numeric default counts as the value (`eps=1e-8` is a guard), and so does a tuple of numbers; a flag or a name may
    be anything.
    """
    if default is not None and default.kind in NUMBERS:
        return machine.argument(default=default)
    numbers = default.payload.items if default is not None and isinstance(default.payload, Elements) else ()
    if numbers and all(item.kind in NUMBERS for item in numbers):
        return sequence(machine, tuple(machine.argument(default=item) for item in numbers))
    if default is not None and default.kind in (Kind.LAYER, Kind.LOSS, Kind.FUNCTION, Kind.CLASS, Kind.MODULE):
        return default
    if default is not None and default.kind in (Kind.BOOLEAN, Kind.STRING):
        return machine.argument(default.kind)
    value = annotated(machine, parameter.annotation)
    if index_by_name(parameter.name.value) or target_by_name(parameter.name.value, machine.active.scope.path):
        value = replace(value, gradient=False)
    return value.within(small_by_name(parameter.name.value)) if value.kind is not Kind.TENSOR else value


COUNTS = frozenset(
    {"size", "dim", "dims", "dimension", "features", "feats", "channels", "units", "num", "heads", "len", "length",
     "hidden", "classes", "planes", "width", "depth", "input", "output", "out", "in"}
)  # fmt: skip
COUNTING = frozenset({"n", "num", "nb", "dim"})
D_OF = COUNTS | {"model", "k", "q", "v", "ff", "ffn", "inner", "embed", "emb", "head", "state", "word"}
"""What the d of `d_model` is counted in; `d_vector` is none."""
PICTURED = frozenset(
    {"out", "image", "img", "new", "orig", "original", "crop", "patch", "grid", "kernel", "spatial", "target"}
)
"""Whose size may be a height and a width."""


def counts_by_name(node: cst.BaseExpression | None) -> bool:
    """The expression is made of names that promise a count, such as `hidden_size` and `num_features`, and integers."""
    if isinstance(node, cst.BinaryOperation):
        return counts_by_name(node.left) and counts_by_name(node.right)
    if isinstance(node, cst.Integer):
        return True
    name = node.attr if isinstance(node, cst.Attribute) else node
    if not isinstance(name, cst.Name):
        return False
    words = name.value.lower().strip("_").split("_")
    if words[0] == "d":
        return len(words) > 1 and words[1] in D_OF
    if words[-1] == "size" and words[0] in PICTURED:
        return False
    return words[0] in COUNTING or (words[-1] in COUNTS and (len(words) > 1 or words[0] not in ("input", "output")))


def annotated(machine: Machine, annotation: cst.Annotation | None) -> Value:
    """An unknown value of the annotated type."""
    if annotation is None:
        return machine.argument()
    return _of_type(machine, annotation.annotation)


_BUILTIN_KINDS = {
    "builtins.int": Kind.INTEGER,
    "builtins.float": Kind.NUMBER,
    "builtins.bool": Kind.BOOLEAN,
    "builtins.str": Kind.STRING,
    "pathlib.Path": Kind.PATH,
}


def _of_type(machine: Machine, node: cst.BaseExpression) -> Value:
    if isinstance(node, cst.SimpleString):
        return _of_text(machine, node)
    if isinstance(node, cst.Subscript):
        return _of_generic(machine, node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        if isinstance(node.right, cst.Name) and node.right.value == "None":
            return _of_type(machine, node.left)
        return machine.argument()
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return machine.argument()
    payload = machine.evaluate(node).payload
    if isinstance(payload, Class):
        return _of_class(machine, payload)
    return of_dotted_type(machine, payload.name) if isinstance(payload, Dotted) else machine.argument()


def _of_class(machine: Machine, definition: Class) -> Value:
    """The first object of the class that the file makes; else one that nobody has filled."""
    instance = machine.instances.get(id(definition))
    if instance is None and (make := UNFILLED.get(Class)) is not None:
        instance = make(machine, definition)
    return instance if instance is not None and isinstance(instance.payload, Instance) else machine.argument()


UNFILLED: dict[type, Callable[[Machine, Class], Value | None]] = {}
"""How to make an object of a class that only an annotation names."""


def _of_text(machine: Machine, node: cst.SimpleString) -> Value:
    """A quoted annotation that is a plain dotted name."""
    text = node.raw_value
    if not all(part.isidentifier() for part in text.split(".")):
        return machine.argument()
    expression: cst.BaseExpression = cst.Name(text.split(".")[0])
    for part in text.split(".")[1:]:
        expression = cst.Attribute(expression, cst.Name(part))
    return _of_type(machine, expression)


def _of_generic(machine: Machine, node: cst.Subscript) -> Value:
    """`Optional[T]` and `Annotated[T, ...]` are T; `NDArray[...]` is an array."""
    payload = machine.evaluate(node.value).payload if isinstance(node.value, (cst.Name, cst.Attribute)) else None
    name = payload.name if isinstance(payload, Dotted) else ""
    first = node.slice[0].slice if node.slice else None
    if name.endswith(("Optional", "Annotated", "Final")) and isinstance(first, cst.Index):
        return _of_type(machine, first.value)
    return of_dotted_type(machine, name)


def of_dotted_type(machine: Machine, name: str) -> Value:
    for framework in FRAMEWORKS:
        if name in framework.tensor_types:
            return machine.argument(Kind.TENSOR, framework=framework.name)
    return machine.argument(_BUILTIN_KINDS.get(name, Kind.UNKNOWN))
