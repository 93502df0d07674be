"""Half precision as rules see it: models cast to it, regions of autocast, how surely a value is half."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.objects import Dotted
from nanlint.interp.trace import Event, Site, Trace
from nanlint.ops.poles import dtype_of
from nanlint.ops.promotion import chosen_dtype
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.ownership import is_thing, owners
from nanlint.reasoning.placement import arms
from nanlint.reasoning.provenance import MAX_VALUES
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.texts import code
from nanlint.rule import Clue

MODELS = frozenset({Kind.MODEL, Kind.LAYER, Kind.LOSS, Kind.UNKNOWN, Kind.OBJECT})


def model_casts(trace: Trace) -> Iterator[tuple[Event, Dtype]]:
    """The casts of models, each with the dtype; `x.half()` of something unknown counts."""
    for event in trace.of(Op.CAST):
        dtype = chosen_dtype(event.options)
        if dtype is not None and event.operands and event.x.kind in MODELS:
            yield event, dtype


def cast_of(model: Value, trace: Trace) -> tuple[Event, Dtype] | None:
    """The last cast of this model, by itself or on its way here."""
    found = None
    for event, dtype in model_casts(trace):
        if is_thing(event.x, model) or event.result.made_by is model.made_by:
            found = event, dtype
    return found


def dtype_of_parameters(optimizer: Event, trace: Trace) -> tuple[Event, Dtype] | None:
    """The cast that decides in which dtype all parameters of the optimizer are, and that dtype."""
    held = owners(optimizer.options.get("params"))
    found = [cast_of(model, trace) for model in held.models]
    casts = [each for each in found if each is not None]
    alike = len({dtype for _, dtype in casts}) == 1
    return casts[0] if casts and alike and len(casts) == len(found) and not held.tensors else None


def history(value: Value, trace: Trace) -> Iterator[Event]:
    """The events that made the value and what it was computed from, nearest first."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop(0)
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        origin = trace.origin(current)
        if origin is not None:
            yield origin
        pending.extend(current.made_by.operands)


def floats(event: Event, trace: Trace) -> tuple[Dtype, bool]:
    """The dtype in which the operation computes, and whether every program of the run has it so.

    Where programs make float64 the default, only what somebody casts to float32 is float32.
    """
    dtype = dtype_of(event.operation)
    if dtype is not Dtype.FLOAT32 or trace.library is None or any(_narrowed(x, trace) for x in event.operands):
        return dtype, True
    doubled = trace.library.doubled(event.site.frame.path)
    trace.doubled = trace.doubled or doubled is True
    return (Dtype.FLOAT64 if doubled else dtype), doubled is not None


def _narrowed(value: Value, trace: Trace) -> bool:
    """Something says that it, or what it was computed from, is float32."""
    options = ((event, chosen_dtype(event.options)) for event in history(value, trace))
    return any(dtype is Dtype.FLOAT32 or _cast(event) is Dtype.FLOAT32 for event, dtype in options)


def _cast(event: Event) -> Dtype | None:
    return event.result.dtype if event.op is Op.CAST else None


def made_half(value: Value, trace: Trace) -> Event | None:
    """The event that made it half: a cast, or the first operation in a region of autocast or of a half model."""
    last = None
    for event in history(value, trace):
        if event.result.dtype.half:
            last = event
        elif last is not None:
            break
    return last


def conditional(value: Value, trace: Trace) -> bool:
    """It is half only if a flag that nobody knows says so: of a region, or in an `if` around the cast."""
    halves = [event for event in history(value, trace) if event.result.dtype.half]
    certain = [event.site.autocast.certain for event in halves if event.site.autocast is not None]
    certain += [not arms(event) for event in halves if event.op is Op.CAST]
    if halves and not certain:
        certain = [not arms(event) for event, dtype in model_casts(trace) if dtype is halves[0].result.dtype]
    return bool(certain) and not any(certain)


def why_half(value: Value, trace: Trace) -> tuple[Clue, ...]:
    """The evidence that the value is half."""
    origin = made_half(value, trace)
    if origin is None:
        return ()
    region, dtype = origin.site.autocast, origin.result.dtype
    clues = [] if region is None else [Clue(region.node, f"autocast to {dtype.value}")]
    if region is None and origin.op is not Op.CAST:
        casts = (event.node for event, cast in model_casts(trace) if cast is dtype)
        clues = [Clue(node, f"the model is cast to {dtype.value}") for node in islice(casts, 1)]
    return (*clues, Clue(origin.node, f"{describe(origin)} gives {dtype.value}", origin.result))


def dtype_text(node: cst.BaseExpression | None, site: Site, dtype: Dtype) -> str | None:
    """`x.dtype` of a name or attribute that is the array, or takes part in its arithmetic and has its dtype."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        return f"{code(node)}.dtype"
    if isinstance(node, cst.Name):
        held = site.names.get(node.value)
        return f"{node.value}.dtype" if held is not None and held.dtype is dtype and not held.kind.scalar else None
    if isinstance(node, cst.BinaryOperation):
        sides = [side for side in (node.left, node.right) if not isinstance(side, cst.Attribute)]
        return next((text for side in sides if (text := dtype_text(side, site, dtype))), None)
    return None


def with_arrays(event: Event) -> str:
    """The event's framework; of an operator on unknown things, the first with arrays that the file imports."""
    return event.framework or next(iter(imported(event)), "")


def imported(event: Event) -> list[str]:
    """The frameworks with arrays that the file imports."""
    roots = {
        value.payload.name.partition(".")[0] for value in event.site.names.values() if isinstance(value.payload, Dotted)
    }
    arrays = (table for table in registry.FRAMEWORKS if table.float_info or table.dtype_limits)
    return [table.name for table in arrays if roots & set(table.roots)]


def dtype_name(event: Event, dtype: Dtype) -> tuple[str, tuple[str, ...]]:
    """`torch.float16` in the file's own words, and the imports that it takes."""
    return spell_name(event.site, registry.dtype_name(with_arrays(event), dtype))


def limit_text(event: Event, dtype: str, lowest: bool) -> tuple[str, tuple[str, ...]]:
    """`torch.finfo(x.dtype).min` in the file's own words, and the imports that it takes."""
    framework = with_arrays(event)
    end = "min" if lowest else "max"
    table = registry.table(framework)
    if table.dtype_limits:
        return f"{dtype}.{end}", ()
    name, imports = spell_name(event.site, min(table.float_info, default=f"{framework}.finfo"))
    return f"{name}({dtype}).{end}", imports
