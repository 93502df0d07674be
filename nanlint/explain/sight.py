"""What reaches an operation: its operands and where they come from, its poles, the calls that lead to it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nanlint.domain import arithmetic
from nanlint.domain.interval import Interval, number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.explain.model import Context, Link, Operand, Pole, Seen
from nanlint.explain.views import View
from nanlint.findings import Place
from nanlint.interp.trace import Event, Frame
from nanlint.ops.model import Direction, Effect
from nanlint.ops.poles import ZERO, dtype_of, poles_of
from nanlint.ops.promotion import range_in
from nanlint.reasoning.context import in_test
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.keeping import How, keeper, severed
from nanlint.reasoning.origins import NETWORKS
from nanlint.reasoning.poles import NEAR_ZERO, Danger, Reason, Spared, assessed, differentiated, singularity
from nanlint.reasoning.texts import code

MAX_LINKS = 6
MAX_CALLS = 4
_EFFECTS = {Effect.INFINITE: "infinite", Effect.NAN: "NaN"}


def context(event: Event, view: View) -> Context:
    """One way in which the operation is met."""
    operands = tuple(
        Operand(seen(value, _written(event, index)), tuple(_origin(event, value, view)))
        for index, value in enumerate(event.operands)
    )
    return Context(
        tuple(_calls(event.site.frame, view)),
        operands,
        seen(event.result, ""),
        dtype_of(event.operation).value,
        tuple(_poles(event, view)),
        tuple(_remarks(event)),
    )


def seen(value: Value, text: str) -> Seen:
    """What is known of a value."""
    return Seen(text, value.kind.value, str(value.range), value.dtype.value, value.known, value.gradient, value.may_nan)


def _written(event: Event, index: int) -> str:
    nodes = event.site.operands
    node = nodes[index] if index < len(nodes) else None
    return "" if node is None else code(node)


def _remarks(event: Event) -> Iterator[str]:
    if event.site.no_gradient:
        yield "gradients are switched off here"
    if event.site.dormant:
        yield "the file itself switches this code off: a note at most"
    if in_test(event.site):
        yield "only a test runs this: a note at most"


# where an operand comes from


def _origin(event: Event, value: Value, view: View) -> Iterator[Link]:
    """From the producer to the operand, the last few steps."""
    links: list[Link] = []
    while len(links) < MAX_LINKS:
        made = view.trace.origin(value)
        if made is not None and made.node is not event.node:
            place = view.place(made.node, made.site.frame.path)
            links.append(Link(describe(made), str(made.result.range), place))
        following = next((x for x in value.made_by.operands if x.op is not Op.CONSTANT), None)
        if following is None or (value.op in NETWORKS and links):
            links += [Link(leaf, str(value.range))] if (leaf := _leaf(event, value)) and made is None else []
            break
        value = following
    return reversed(links)


def _leaf(event: Event, value: Value) -> str:
    """A value that no expression of the program made."""
    if value.op is Op.CONSTANT:
        return ""
    name = next((name for name, held in event.site.names.items() if held.number == value.number), "")
    if value.op is Op.ARGUMENT:
        return f"parameter {name}" if name else "a parameter"
    return f"{name}: {_UNKNOWN.get(value.op, value.op.value)}" if name else _UNKNOWN.get(value.op, value.op.value)


_UNKNOWN = {
    Op.OPAQUE: "something nanlint knows nothing of",
    Op.ATTRIBUTE: "an attribute that nothing in sight sets",
    Op.JOIN: "one of several things, by the way through the branches",
    Op.WEIGHT: "a weight",
    Op.READ: "read from outside",
}


# the calls that lead there


def _calls(frame: Frame, view: View) -> Iterator[str]:
    """Innermost first."""
    current: Frame | None = frame
    for _ in range(MAX_CALLS):
        if current is None or not current.name:
            return
        if current.call_node is None or current.parent is None:
            yield f"in {current.name}, which nothing in sight calls: its parameters can be anything"
            return
        place = view.place(current.call_node, current.parent.path)
        where = "" if place is None else f" at {_told(place, frame.path)}"
        yield f"in {current.name}, called{where}"
        current = current.parent


def _told(place: Place, home: str) -> str:
    """`12:5`; with its path if it is in another file."""
    where = f"{place.line}:{place.column}"
    where = where if place.cell is None else f"cell {place.cell}:{where}"
    return where if place.path == home else f"{place.path}:{where}"


# poles


def _poles(event: Event, view: View) -> Iterator[Pole]:
    """Those of every operand, in order."""
    for index in dict.fromkeys(pole.operand for pole in poles_of(event.operation)):
        found = singularity(event, index)
        if found is None:
            continue
        judged = assessed(event, view.trace, found)
        for backward, zones in ((False, found.forward), (True, found.backward)):
            for zone in zones:
                yield _pole(event, index, zone, backward, judged, view)


def _pole(event: Event, index: int, zone: Interval, backward: bool, judged: Danger | Spared | None, view: View) -> Pole:
    harmless, why, at = _why(event, index, zone, backward, judged, view)
    return Pole(index, where(zone), _what(event, index, zone, backward), harmless, why, at)


def _what(event: Event, index: int, zone: Interval, backward: bool) -> str:
    """What happens at the pole: the value is infinite, the gradient is NaN."""
    direction = Direction.BACKWARD if backward else Direction.FORWARD
    effects = [
        pole.effect
        for pole in poles_of(event.operation)
        if pole.operand == index and pole.direction is direction and pole.where.overlaps(zone.lo, zone.hi)
    ]
    return f"the {direction.value} is {' or '.join(dict.fromkeys(_EFFECTS[effect] for effect in effects))}"


def _why(
    event: Event, index: int, zone: Interval, backward: bool, judged: Danger | Spared | None, view: View
) -> tuple[bool, str, Place | None]:
    """Whether the pole does no harm, why, and the place to look at."""
    dtype = dtype_of(event.operation)
    if not range_in(event.operands[index], dtype).overlaps(zone.lo, zone.hi):
        why, by = _kept_away(event, index, zone, view)
    elif backward and not differentiated(event, index):
        why, by = severed(event, index, view.trace)
        why = f"{why}: {quoted(by.node)}" if by is not None else why
    elif isinstance(judged, Danger):
        return False, judged.because, None
    elif isinstance(judged, Spared):
        why, by = judged.reason.value, judged.by
        why = f"{why}, by {quoted(by.node)}" if by is not None else why
    else:
        why, by = Reason.AWAY.value, None
    return True, why, None if by is None else view.place(by.node, by.site.frame.path)


def _kept_away(event: Event, index: int, zone: Interval, view: View) -> tuple[str, Event | None]:
    kept = keeper(event, index, (zone,), dtype_of(event.operation), view.trace)
    by, bounds = kept.event, kept.value.range
    match kept.how:
        case How.OPERATION if by is not None:
            return f"{quoted(by.node)} gives {bounds}", by
        case How.TEST if by is not None:
            return f"the test {quoted(by.node)} leaves {bounds}", by
        case How.TEST:
            return f"a test leaves {bounds}", None
        case How.NUMBER:
            return f"it is {number(bounds.lo)}", None
    return f"it is {bounds}, as given", None


def where(zone: Interval) -> str:
    """`at 0`, `below 0`, `from 88.72 on`."""
    if zone == ZERO or (zone.contains(0.0) and arithmetic.magnitude(zone) < NEAR_ZERO):
        return "at 0"
    if zone.point is not None:
        return f"at {number(zone.lo)}"
    if zone.lo == -math.inf and zone.hi < math.inf:
        return f"below {number(math.nextafter(zone.hi, math.inf))}"
    if zone.hi == math.inf and zone.lo > -math.inf:
        return f"above {number(math.nextafter(zone.lo, -math.inf))}"
    return f"in {zone}"
