"""Where an operation's result goes: into a loss, out of the function, to a log, nowhere."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Site, Trace
from nanlint.reasoning.asking import asks_by_name, asks_by_test
from nanlint.reasoning.conditions import words_in
from nanlint.reasoning.context import called_in_training, callers, in_loss, in_training, quiet
from nanlint.reasoning.origins import POINTWISE, SAME_ELEMENTS, sources, strip
from nanlint.reasoning.outlines import mentions_in_return, reads, returns, targets
from nanlint.reasoning.placement import stands_alone
from nanlint.reasoning.provenance import MAX_VALUES, is_array

LOSSES = (
    Op.CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE,
    Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR,
)  # fmt: skip
NOT_REPORTING = frozenset({Op.BACKWARD, Op.STORE, Op.WEIGHT, Op.OPTIMIZER, Op.SET_RATE, Op.STEP})
"""What takes a value for something else than to tell it."""
DIFFERENTIATING = frozenset({Op.BACKWARD, Op.MINIMIZE})
LOGGING = frozenset(
    {"print", "log", "logger", "logging", "info", "debug", "write", "writer", "scalar", "scalars", "histogram",
     "summary", "plot", "meter", "meters", "history", "losses", "metrics", "stats", "statistics", "tracker", "bar",
     "tqdm", "wandb"}
)  # fmt: skip
"""Words in the names of what tells values."""
LIKELIHOODS = (Op.KL_DIVERGENCE, Op.NLL_LOSS, Op.CROSS_ENTROPY)
"""Losses that take log-probabilities."""


def trained(event: Event, trace: Trace) -> bool:
    """The result trains something: it has a gradient, in a loss, a `forward`, a loop, or on its way to `backward`."""
    if not event.result.gradient or quiet(event.site):
        return False
    return reaches_loss(event, trace) or (in_training(event.site) and not asked(event, trace))


def asked(event: Event, trace: Trace) -> bool:
    """It belongs to what a trained model is asked for: no gradient is taken, as far as one sees what becomes of it.

    A function that is only named so may as well return it to be trained.
    """
    asking = asks_by_test(event.site) or (asks_by_name(event.site) and not handed_on(event, trace))
    return asking and not reaches_loss(event, trace)


def wants_gradient(event: Event, trace: Trace) -> bool:
    """A gradient through the result is evidently wanted: it trains something, be it as a helper of what does."""
    if not event.result.gradient or quiet(event.site) or _outside_functions(event):
        return False
    if discarded(event, trace) or _never_read(event, trace):
        return False
    likely = in_training(event.site) or called_in_training(event.site)
    return reaches_loss(event, trace) or (likely and not asked(event, trace))


def _outside_functions(event: Event) -> bool:
    """Run by the file itself, where the framework differentiates nothing but functions."""
    framework = registry.table(event.framework)
    return not event.site.frame.name and bool(framework.derivatives) and not framework.accumulates


def untrained(event: Event, trace: Trace) -> bool:
    """The callers of its function are known, and nothing is evidently trained by what they make of the result."""
    return event.site.frame.parent is not None and not wants_gradient(event, trace)


def discarded(event: Event, trace: Trace) -> bool:
    """All that is visibly made of the result ends in comparisons, indices, detached copies or new parameters."""
    pending, seen = [event], set[int]()
    joined = of_joined(trace)
    while pending:
        current = pending.pop()
        users = [*trace.uses(current.result), *joined.get(id(current.operation), ())]
        if not users or len(seen) > MAX_VALUES or any(user.op in DIFFERENTIATING for user in users):
            return False
        anew = any(user.op is Op.WEIGHT for user in users)  # a parameter starts from the value, without its history
        if not anew and handed_on(current, trace):
            return False
        for user in users:
            if id(user) not in seen:
                seen.add(id(user))
                pending.extend([user] if user.result.gradient and user.op is not Op.WEIGHT else [])
    return True


def _never_read(event: Event, trace: Trace) -> bool:
    """It is part of what one statement assigns to a name that nothing in the function reads."""
    line, function = event.site.statement, event.site.frame.node
    if not isinstance(line, cst.SimpleStatementLine) or not isinstance(function, cst.FunctionDef):
        return False
    assigned = [part for part in line.body if isinstance(part, (cst.Assign, cst.AnnAssign)) and part.value is not None]
    bound = [target for part in assigned if part.value for target in targets(function, part.value, trace)]
    names = [target.value for target in bound if isinstance(target, cst.Name)]
    if len(assigned) < len(line.body) or len(names) < len(bound) or any(reads(function, x, trace) for x in names):
        return False
    return _used_within(event, line, trace)


def _used_within(event: Event, line: cst.CSTNode, trace: Trace) -> bool:
    """Nothing but the statement's own arithmetic takes the result, and what that makes of it."""
    pending, taking = [event], {Op.OPAQUE, *NOT_REPORTING}
    while pending:
        users = trace.uses(pending.pop().result)
        if any(user.site.statement is not line or user.op in taking for user in users):
            return False
        pending.extend(users)
    return True


def only_reported(event: Event, trace: Trace) -> bool:
    """All that is made of the result goes, without a gradient, to calls that log it."""
    joined = of_joined(trace)
    pending, seen, logged = [event], set[int](), False
    while pending and len(seen) < MAX_VALUES:
        current = pending.pop()
        users = [*trace.uses(current.result), *joined.get(id(current.operation), ())]
        if not users or handed_on(current, trace):
            return False
        for user in users:
            if user.op is Op.OPAQUE and stands_alone(user):
                logged = _logs(user, current.result)
                if not logged:
                    return False
            elif user.op in NOT_REPORTING or user.op in LOSSES or user.op is Op.OPAQUE:
                return False
            elif id(user) not in seen:
                seen.add(id(user))
                pending.append(user)
    return logged and not pending


def _logs(call: Event, value: Value) -> bool:
    """By the names of the function and of the object whose method it is: `writer.add_scalar`, `losses.append`."""
    called = call.node.func if isinstance(call.node, cst.Call) else call.node
    return not value.gradient and any(word in LOGGING for word in words_in(called))


@lru_cache(maxsize=1)
def of_joined(trace: Trace) -> dict[int, list[Event]]:
    """By operation, the events that take its result on one way through the branches only."""
    found: dict[int, list[Event]] = {}
    for user in trace.events:
        for way in (way for operand in user.operands if operand.op is Op.JOIN for way in operand.made_by.operands):
            found.setdefault(id(way.made_by), []).append(user)
    return found


def feeds_loss(event: Event, trace: Trace) -> bool:
    """The result has a gradient and is part of a loss; a number that is only taken out of it to be told is none."""
    if not event.result.gradient or quiet(event.site):
        return False
    return reaches_loss(event, trace) or (in_loss(event.site) and not discarded(event, trace))


def reaches_loss(event: Event, trace: Trace) -> bool:
    """The result, or what is computed from it, is given to a loss or differentiated."""
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < MAX_VALUES:
        for user in trace.uses(pending.pop()):
            if user.op in (Op.BACKWARD, *LOSSES):
                return True
            if id(user) not in seen:
                seen.add(id(user))
                pending.append(user.result)
    return False


def scores(event: Event, trace: Trace) -> bool:
    """The result is a log-probability: a likelihood or a divergence takes it, or it is weighted, element by element.

    What becomes an integer is a label.
    """
    found, joined = False, of_joined(trace)
    pending, seen = [(event.result, True)], set[int]()
    while pending and len(seen) < MAX_VALUES:
        value, as_it_is = pending.pop()
        for user in (*trace.uses(value), *joined.get(id(value.made_by), ())):
            if user.op is Op.CAST and user.result.dtype.integer:
                return False
            if id(user) in seen:
                continue
            seen.add(id(user))
            weights = [x for x in user.operands if user.op is Op.MULTIPLY and x.made_by is not value.made_by]
            weighted = as_it_is and any(is_array(x) or strip(x).op is Op.ARGUMENT for x in weights)
            found = found or weighted or user.op in LIKELIHOODS
            if user.op in POINTWISE or user.op in SAME_ELEMENTS:
                unchanged = user.op in (Op.NEGATIVE, Op.CLAMP) or user.op in SAME_ELEMENTS
                pending.append((user.result, as_it_is and unchanged))
    return found


def left_behind(site: Site, trace: Trace) -> bool:
    """In a function, or called by one, that its file defines and never names again."""
    *_, first = callers(site.frame)
    name = first.name.partition(".")[0]
    return bool(name) and not reads(trace.module, name, trace)


def minimised(event: Event, trace: Trace) -> bool:
    """Some `backward` differentiates it, be it on one way through the branches only."""
    ways = POINTWISE | {Op.OPAQUE}
    return any(
        source.made_by is event.result.made_by for end in trace.of(Op.BACKWARD) for source in sources(end.x, ways)
    )


def returned(event: Event, trace: Trace) -> bool:
    """The statement assigns the result, or what is computed from it, to a name that some `return` mentions."""
    line, function = event.site.statement, event.site.frame.node
    assigned = line.body if isinstance(line, cst.SimpleStatementLine) else ()
    targets = [target.target for part in assigned if isinstance(part, cst.Assign) for target in part.targets]
    names = {target.value for target in targets if isinstance(target, cst.Name)}
    return function is not None and mentions_in_return(function, names, trace)


def handed_on(event: Event, trace: Trace) -> bool:
    """A statement binds the result to an attribute or an element, or some `return` hands it to an unknown caller."""
    node, frame = event.node, event.site.frame
    written = [node for node in event.site.operands[:1] if node is not None and event.site.in_place]
    while frame.node is not None:
        bound = [*targets(frame.node, node, trace), *written]
        names = {target.value for target in bound if isinstance(target, cst.Name)}
        if len(names) < len(bound):
            return True
        if isinstance(frame.node, cst.Module):  # what a function in it returns, it does not
            return False
        if not (mentions_in_return(frame.node, names, trace) if bound else returns(frame.node, node, trace)):
            return False
        if frame.entry or frame.parent is None or frame.call_node is None:
            return True
        node, frame, written = frame.call_node, frame.parent, []
    return False
