"""Which values live in the same memory, what was never written, and to which object a parameter belongs."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.objects import Dotted, Instance
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.nodes import children

ALIASES = frozenset(
    {Op.WEIGHT, Op.RESHAPE, Op.COPY, Op.CAST, Op.DETACH, Op.SELECT, Op.ITERATE, Op.STORE, Op.JOIN, Op.TENSOR}
)
"""Operations whose result may live in the memory of their operands."""
FILLS = frozenset({Op.UNIFORM, Op.NORMAL, Op.FULL, Op.RANDOM_INTEGER, Op.WEIGHT, Op.STORE, Op.OPAQUE, Op.LIKE, Op.EYE})
"""Operations that, done in place, leave nothing of what was there."""
MODEL_BASES = frozenset(name for framework in FRAMEWORKS for name in framework.model_bases) | {"builtins.object"}
CARRIED = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.MAXIMUM, Op.MINIMUM})
MAX_STEPS = 200
MAX_DEPTH = 30


def storages(value: Value, trace: Trace) -> set[int]:
    """The nodes (by identity) that handed out the memory in which the value may live."""
    pending = [value]
    seen: set[int] = set()
    found: set[int] = set()
    while pending and len(seen) < MAX_STEPS:
        made_by = pending.pop().made_by
        if id(made_by) in seen:
            continue
        seen.add(id(made_by))
        if made_by.op is Op.EMPTY:
            found.add(id(trace.by_operation[id(made_by)].node) if id(made_by) in trace.by_operation else id(made_by))
        elif made_by.op in ALIASES or made_by.op in FILLS:
            pending.extend(made_by.operands if made_by.op is Op.JOIN else made_by.operands[:1])
            pending.extend(value for name, value in made_by.options.items() if name == "into")
    return found


def unwritten(value: Value) -> list[Operation]:
    """What handed out the memory, if on every way the value is nothing but that memory; else nothing.

    A loop that adds to it carries it on.
    """
    found: list[Operation] = []
    return found if _untouched(value, found, set(), MAX_DEPTH) else []


def _untouched(value: Value, found: list[Operation], seen: set[int], depth: int) -> bool:
    made_by = value.made_by
    if id(made_by) in seen:
        return True
    if made_by.op is Op.EMPTY:
        found.append(made_by)
        return True
    if depth == 0 or not made_by.operands:
        return False
    if made_by.op is Op.JOIN:
        seen.add(id(made_by))
        ways = sorted(made_by.operands, key=lambda way: way.op is not Op.EMPTY)
        return all(_untouched(way, found, seen, depth - 1) or _carried(way, found, seen) for way in ways)
    return made_by.op in ALIASES - {Op.STORE} and _untouched(made_by.x, found, seen, depth - 1)


def _carried(value: Value, found: list[Operation], seen: set[int]) -> bool:
    """The join plus something: what a loop makes of it."""
    made_by = value.made_by
    if made_by.op in CARRIED and found:
        return any(id(operand.made_by) in seen or operand.made_by in found for operand in made_by.operands)
    return False


# parameters and their owners


def owning_classes(frame: Frame | None) -> Iterator[str]:
    """The classes in whose methods the activation runs."""
    while frame is not None:
        if frame.class_name:
            yield frame.class_name
        frame = frame.parent


def owner_of(event: Event) -> Instance | None:
    """The object in whose method the event happened."""
    function = event.site.frame.node
    if not isinstance(function, cst.FunctionDef) or not function.params.params:
        return None
    payload = event.site.names.get(function.params.params[0].name.value)
    return payload.payload if payload is not None and isinstance(payload.payload, Instance) else None


def bases_known(instance: Instance) -> bool:
    """Every class that the object derives from is in the file or a framework's own base."""
    ancestry = instance.of.ancestry()
    bases = [base for entry in ancestry if not isinstance(entry, Dotted) for base in entry.bases]
    return all(not isinstance(entry, Dotted) or entry.name in MODEL_BASES for entry in ancestry) and all(
        base.kind in (Kind.CLASS, Kind.MODULE) for base in bases
    )


def attribute_name(event: Event) -> str:
    """`weight` of `self.weight = ...`; "" where the statement names no attribute."""
    target: cst.BaseExpression
    match event.site.statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=target), *_])]):
            pass
        case cst.SimpleStatementLine(body=[cst.AnnAssign(target=target)]):
            pass
        case _:
            return ""
    if isinstance(target, cst.Subscript):
        target = target.value
    name = target.attr if isinstance(target, cst.Attribute) else target
    return name.value if isinstance(name, cst.Name) else ""


def in_plain_list(event: Event) -> bool:
    """An item of a list that the statement writes out or appends to: not an attribute of the module itself."""
    match event.site.statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=cst.List() | cst.ListComp()), *_]):
            return True
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call(func=cst.Attribute(attr=cst.Name("append"))))]):
            return True
    return False


def instantiated(frame: Frame) -> bool:
    """Code outside of classes led here, so that the object is really made."""
    outermost = frame
    while outermost.parent is not None and not isinstance(outermost.call_node, cst.ClassDef):
        outermost = outermost.parent
    return not outermost.class_name


def frozen(parameter: Event) -> bool:
    """It is made, or later marked, as one that takes no gradient."""
    requires = parameter.options.get("requires_grad")
    if requires is not None and requires.constant is False:
        return True
    name = attribute_name(parameter)
    pending: list[cst.CSTNode] = [] if parameter.site.frame.node is None else [parameter.site.frame.node]
    while pending:
        node = pending.pop()
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Attribute(value=cst.Attribute(attr=held), attr=attribute))],
                value=cst.Name(value="False"),
            ) if held.value == name and attribute.value == "requires_grad":
                return True
        pending.extend(children(node))
    return False
