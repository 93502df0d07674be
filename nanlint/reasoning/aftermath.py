"""What is made of an infinite or undefined result afterwards: it is selected away, repaired, absorbed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nanlint.domain.interval import Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.guards import implied, under
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import ZERO
from nanlint.reasoning.origins import POINTWISE, SAME_ELEMENTS
from nanlint.reasoning.provenance import MAX_VALUES

DIFFERENTIATING = frozenset(table.name for table in FRAMEWORKS if table.gradients)
EXPONENTIALS = frozenset({Op.EXP, Op.EXP2, Op.EXPM1})
SUMMING_EXPONENTIALS = frozenset({Op.LOGSUMEXP, Op.LOGADDEXP})
"""To which minus infinity adds nothing."""


def selected(event: Event, trace: Trace, index: int, zones: tuple[Interval, ...]) -> tuple[Event, int, bool] | None:
    """A later `where` or masked fill that takes the result only where its condition keeps the operand off the zones.

    Gives that event, the number of its operand that is the condition, and the truth under which the result is taken.
    """
    operand = event.operands[index]
    met = [zone for zone in zones if operand.range.overlaps(zone.lo, zone.hi)]
    for user, value in _users(event, trace):
        if user.op is Op.WHERE and len(user.operands) == 3:
            position, truth = 0, user.operands[1].made_by is value.made_by
        elif user.op is Op.MASKED_FILL and len(user.operands) >= 2 and user.x.made_by is value.made_by:
            position, truth = 1, False
        else:
            continue
        if user.operands[position].made_by is value.made_by:
            continue
        there = under(operand, implied(user.operands[position], truth)).range
        left = [zone for zone in met if there.overlaps(zone.lo, zone.hi)]
        if met and (not left or (ZERO in met and ZERO not in left)):  # `p != 0` protects the log of a probability
            return user, position, truth
    return None


def apart(event: Event) -> bool:
    """A framework that differentiates computed it of values that carry no gradient: data, constants, a metric."""
    return event.framework in DIFFERENTIATING and not event.result.gradient


def repaired(event: Event, trace: Trace) -> bool:
    """The result's NaN or infinity is replaced afterwards: the value is saved, the gradient is not."""
    return repair(event, trace) is not None


def repair(event: Event, trace: Trace) -> Event | None:
    """The later event that replaces the result's NaN or infinity; it may ask for them long before."""
    chain: list[Value] = []
    for user, value in _users(event, trace):
        chain.append(value)
        if user.op is Op.NAN_TO_NUM:
            return user
        if user.op in (Op.WHERE, Op.MASKED_FILL):
            condition = user.operands[0 if user.op is Op.WHERE else 1]
            if condition.made_by is not value.made_by and _tests_finiteness(condition, chain):
                return user
        index = user.options.get("index") if user.op is Op.STORE and user.x.same(value) else None
        if index is not None and _tests_finiteness(index, chain):
            return user
    return None


def absorbed(event: Event, trace: Trace) -> bool:
    """No gradient flows, and whatever takes the infinite result makes a number of it: a clamp, a logsumexp."""
    sign = None if event.result.gradient else _infinite(event)
    if sign is None:
        return False
    pending, count = [(event.result, sign)], 0
    while pending and count < MAX_VALUES:
        value, sign = pending.pop()
        users, count = trace.uses(value), count + 1
        if not users:
            return False
        for user in users:
            kept = _handed_infinity(user, value, sign)
            if kept is not None:
                pending.append((user.result, kept))
            elif not _ends_infinity(user, sign):
                return False
    return True


def _infinite(event: Event) -> float | None:
    """The sign of the infinity that the operation gives at its pole; None where it may as well be NaN."""
    if event.op in EXPONENTIALS:
        return 1.0
    if event.op is Op.DIVIDE:
        dividend, divisor = event.operands[:2]
        return _sign(dividend.range) if divisor.range.lo >= 0.0 else None
    return -1.0 if event.operands[-1].range.lo >= 0.0 else None


def _sign(bounds: Interval) -> float | None:
    return 1.0 if bounds.lo > 0.0 else -1.0 if bounds.hi < 0.0 else None


def _handed_infinity(user: Event, value: Value, sign: float) -> float | None:
    """The sign of the infinity that the user makes of one; None where it does something else with it."""
    if user.op in SAME_ELEMENTS:
        return sign
    if user.op is Op.NEGATIVE:
        return -sign
    others = [x for x in user.operands if x.made_by is not value.made_by]
    if user.op in (Op.ADD, Op.SUBTRACT) and len(others) == 1 and others[0].range.bounded:
        return -sign if user.op is Op.SUBTRACT and user.y.made_by is value.made_by else sign
    return None


def _ends_infinity(user: Event, sign: float) -> bool:
    bound = user.options.get("max" if sign > 0.0 else "min") if user.op is Op.CLAMP else None
    return (bound is not None and not bound.is_none) or (sign < 0.0 and user.op in SUMMING_EXPONENTIALS)


def questioned(event: Event, trace: Trace) -> bool:
    """Something asks whether the result is finite, and may do anything about it."""
    return any(user.op in (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE) for user in trace.uses(event.result))


def _tests_finiteness(condition: Value, values: Sequence[Value]) -> bool:
    """It asks one of the values whether it is finite."""
    while condition.op is Op.LOGICAL_NOT:
        condition = condition.made_by.x
    if condition.op in (Op.LOGICAL_OR, Op.LOGICAL_AND):
        return any(_tests_finiteness(side, values) for side in condition.made_by.operands)
    asks = condition.op in (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE)
    asks = asks or (condition.op is Op.EQUAL and not condition.made_by.y.range.bounded)
    return asks and any(condition.made_by.x.same(value) for value in values)


def _users(event: Event, trace: Trace) -> Iterator[tuple[Event, Value]]:
    """The events that take the result, or what is computed from it element by element, with the value they take."""
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value = pending.pop()
        for user in trace.uses(value):
            if id(user) in seen:
                continue
            seen.add(id(user))
            yield user, value
            if user.op in POINTWISE and user.op not in (Op.MEAN, Op.SUM, Op.WHERE, Op.MASKED_FILL):
                pending.append(user.result)
