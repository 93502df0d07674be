"""An unbiased standard deviation or variance of what can be a single element: 0 / 0."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.objects import Elements
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import repaired
from nanlint.reasoning.axes import unit_axis
from nanlint.reasoning.context import names_of, quiet, words
from nanlint.reasoning.guarding import is_method, operand_node, quoted
from nanlint.reasoning.origins import SAME_ELEMENTS
from nanlint.reasoning.poles import differentiated
from nanlint.reasoning.provenance import REDUCING
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.roots import written_out
from nanlint.reasoning.spelling import spell, spell_method
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

PER_ELEMENT = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.NEGATIVE, Op.COPY, Op.CAST, Op.DETACH})
"""Operations whose result has as many elements as their larger operand."""
SHAPED = PER_ELEMENT | {Op.ABSOLUTE, Op.SQUARE, Op.EXP, Op.LOG, Op.SQRT, Op.CLAMP, Op.RELU, Op.JOIN}
"""Operations whose result has the shape of their operand; a join has that of one of its operands."""
EPISODE = frozenset(
    {"episode", "return", "returns", "reward", "rewards", "advantage", "advantages", "discounted", "trajectory",
     "rollout", "reinforce"}
)  # fmt: skip
"""Words for what has as many elements as an episode had steps."""
STEPS = 8  # operations followed back


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.STD, Op.VAR):
        correction = _correction(event)
        if correction is None or correction <= 0.0 or repaired(event, trace):
            continue
        if _surely_one(event, trace):
            level, why = (Level.WARNING if quiet(event.site) else Level.ERROR), "and there is one element"
        elif _guarded(event):
            continue
        elif _single_among(event):
            level, why = (Level.STRICT if quiet(event.site) else Level.WARNING), "and one of the arrays has one element"
        else:
            level, why = _likely(event, trace)
        source = _source(event, trace)
        yield Draft(
            event,
            level,
            f"{event.op.value} of {quoted(operand_node(event, 0))} divides by n - {correction:g}, {why}: "
            "0 / 0 is NaN, which no epsilon added to it repairs",
            "Test the number of elements, or divide by n.",
            evidence=()
            if source is None
            else (Clue(source.node, "as many elements as were collected", source.result),),
            rewrite=_rewrite(event, trace, limits),
        )


def _correction(event: Event) -> float | None:
    """What is taken off the number of elements: 1 for an unbiased estimate; None: not known."""
    unbiased = event.options.get("unbiased")
    if unbiased is not None and not unbiased.is_none:
        return None if unbiased.constant is None else float(unbiased.constant is True)
    given = event.options.get("correction")
    return None if given is None else given.range.point


def _surely_one(event: Event, trace: Trace) -> bool:
    """There is one element along the event's axis."""
    axis, sizes = event.options.get("axis"), _sizes(event.x)
    if axis is None or axis.is_none:
        return _is_list_of_one(event.x, trace) or (bool(sizes) and all(size.constant == 1 for size in sizes))
    unit, along = unit_axis(event.x, trace), axis.constant
    if unit is not None and unit.is_axis(along):
        return True
    return type(along) is int and -len(sizes) <= along < len(sizes) and sizes[along].constant == 1


def _sizes(value: Value, steps: int = STEPS) -> tuple[Value, ...]:
    """The shape that the array was made with: `torch.zeros(1, 8)`, `x.view(1, -1)`; empty where nothing tells."""
    size = value.made_by.options.get("size")
    if size is not None:
        items = size.payload.items if isinstance(size.payload, Elements) and size.payload.exact else (size,)
        return items if all(item.kind.scalar for item in items) else ()
    unary = value.op in PER_ELEMENT and len(value.made_by.operands) == 1
    return _sizes(value.made_by.x, steps - 1) if unary and steps > 0 else ()


def _single_among(event: Event) -> bool:
    """Of several arrays, made in a loop or in branches, one has a single element: `[torch.rand(n) for n in (3, 1)]`."""
    axis = event.options.get("axis")
    if axis is not None and not axis.is_none:
        return False
    return any(sizes and all(size.constant == 1 for size in sizes) for sizes in _possible_sizes(event.x))


def _possible_sizes(value: Value, steps: int = STEPS) -> Iterator[tuple[Value, ...]]:
    """The shapes that an array may have, as far as they are written down."""
    axis = value.made_by.options.get("axis")
    if value.op in REDUCING and axis is not None and type(axis.constant) is int and steps > 0:
        for sizes in _possible_sizes(value.made_by.x, steps - 1):
            if -len(sizes) <= axis.constant < len(sizes):
                kept = value.made_by.options.get("keepdim")
                dropped = axis.constant % len(sizes)
                yield sizes if kept is not None else (*sizes[:dropped], *sizes[dropped + 1 :])
    elif value.op in SHAPED | SAME_ELEMENTS - {Op.SELECT, Op.CONCATENATE, Op.RESHAPE} and steps > 0:
        for operand in value.made_by.operands[: None if value.op is Op.JOIN else 1]:
            yield from _possible_sizes(operand, steps - 1)
    else:
        yield _sizes(value)


def _is_list_of_one(value: Value, trace: Trace) -> bool:
    """`torch.tensor([x])`."""
    origin = trace.origin(value) if value.op is Op.TENSOR else None
    node = None if origin is None else operand_node(origin, 0)
    single = isinstance(node, cst.List) and len(node.elements) == 1 and isinstance(node.elements[0], cst.Element)
    return single and value.made_by.x.kind.scalar


# one element now and then


def _guarded(event: Event) -> bool:
    """Some number, of elements we trust, has been shown to be 2 or more."""
    return any(fact.range.lo >= 2.0 for fact in event.site.facts.values())


def _likely(event: Event, trace: Trace) -> tuple[Level, str]:
    source = _source(event, trace)
    if source is None or not _over_all(event):
        return Level.STRICT, "which is 0 for one element"
    collected = f"which is 0 where only one was collected in {quoted(operand_node(source, 0))}"
    named = names_of(event.site.frame) | words(code(event.node)) | words(code(source.node))
    if quiet(event.site):
        return Level.STRICT, collected
    standardises = any(user.op in (Op.DIVIDE, Op.ADD, Op.SQRT) for user in trace.uses(event.result))
    if named & EPISODE and standardises:
        return Level.NOTE, "which is 0 for an episode of one step"  # in most environments none is as short
    return (Level.NOTE if standardises and event.result.gradient else Level.STRICT), collected


def _over_all(event: Event) -> bool:
    """Over everything, or along the first axis."""
    axis = event.options.get("axis")
    return axis is None or axis.is_none or axis.constant == 0


def _source(event: Event, trace: Trace) -> Event | None:
    """Where the elements come from a list of numbers that is filled step by step; arrays have many elements each."""
    pending, seen = [event.x], set[int]()
    while pending and len(seen) < STEPS:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        origin = trace.origin(value)
        if origin is not None and value.op is Op.TENSOR and _is_collected(origin):
            return origin
        if value.op in PER_ELEMENT | SAME_ELEMENTS - {Op.SELECT, Op.ITERATE} | {Op.JOIN}:
            pending.extend(reversed(value.made_by.operands))
    return None


def _is_collected(origin: Event) -> bool:
    """The operand is a list of a length that is not known: filled in a loop, or an episode's by its name."""
    node = operand_node(origin, 0)
    if isinstance(node, cst.ListComp):
        return True
    if isinstance(node, cst.Attribute):
        return bool(words(node.attr.value) & EPISODE)
    held = origin.site.names.get(node.value) if isinstance(node, cst.Name) else None
    if held is None or not isinstance(node, cst.Name):
        return False
    listed = isinstance(held.payload, Elements) and not held.payload.exact
    return listed or (held.op is Op.ARGUMENT and held.kind is not Kind.TENSOR and bool(words(node.value) & EPISODE))


def _root(event: Event, limits: Limits) -> Rewrite | None:
    """The root of the variance plus an epsilon: the gradient of the library's own is NaN for one element."""
    root = written_out(event, limits, correction="0")
    if root is None:
        return None
    edit = Replace(event.node, root.text)
    return Rewrite("Divide by n, and write the root out with an epsilon", Applicability.UNSAFE, (edit,), root.imports)


def _rewrite(event: Event, trace: Trace, limits: Limits) -> Rewrite | None:
    """The same with a correction of 0."""
    if not plainly_written(event):
        return None
    if differentiated(event) and event.op is Op.STD and not registry.smooth_at_zero(Op.STD, event.framework):
        return _root(event, limits)
    for name, text in (("unbiased", "False"), ("correction", "0")):
        if name in event.site.options:
            edit = Replace(event.site.options[name], text)
            return Rewrite("Divide by n", Applicability.UNSAFE, (edit,))
    parts = {name: code(node) for name, node in event.site.options.items()}
    node = operand_node(event, 0)
    with_mean = any(mean.node is event.node for mean in trace.of(Op.MEAN))
    if node is None or with_mean:
        return None
    parts["correction"] = "0"
    if is_method(event):
        written = spell_method(event, event.op, code(node), parts)
        return (
            None if written is None else Rewrite("Divide by n", Applicability.UNSAFE, (Replace(event.node, written),))
        )
    spelled = spell(event, event.op, {"x": code(node), **parts})
    if spelled is None:
        return None
    return Rewrite("Divide by n", Applicability.UNSAFE, (Replace(event.node, spelled.text),), spelled.imports)


RULE = Rule(
    code="NAN109",
    name="std-of-one",
    summary="An unbiased standard deviation or variance of what can be a single element.",
    why="An unbiased estimate divides by n - 1, and PyTorch's std and var do so unless told otherwise: of one element "
    "they are 0 / 0, NaN, in the value and in the gradient. `/ (returns.std() + eps)` does not help, NaN plus an "
    "epsilon is NaN. An episode that ends after one step, a clip with one frame, a last batch of one row is enough. "
    "NumPy and JAX divide by n, and by n - ddof if asked to; TensorFlow and Keras always by n.",
    check=check,
    specific=16,
    optional=True,
    remedy="Standardise only where there is more than one element, or divide by n (correction=0, ddof=0).",
    fix=Applicability.UNSAFE,
    fix_note="Dividing by n instead of n - 1 makes the result smaller, by a factor of sqrt((n - 1) / n), and 0 for one "
    "element. Where the gradient of a deviation of 0 is NaN, as in JAX, the root is written out with an epsilon.",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.std.html",
        "https://numpy.org/doc/stable/reference/generated/numpy.std.html",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch

def f(rewards, gamma=0.99, eps=1e-8):
    returns, total = [], 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        returns.insert(0, total)
    returns = torch.tensor(returns)
    return (returns - returns.mean()) / (returns.std() + eps)
""",
            fixed="""\
import torch

def f(rewards, gamma=0.99, eps=1e-8):
    returns, total = [], 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        returns.insert(0, total)
    returns = torch.tensor(returns)
    return (returns - returns.mean()) / (returns.std(correction=0) + eps)
""",
            hostile="[1.0]",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
from collections import deque

import torch

def episode_loss(log_probs, rewards):
    discounted = deque()
    total = 0.0
    for reward in rewards[::-1]:
        total = reward + 0.9 * total
        discounted.appendleft(total)
    discounted = torch.tensor(discounted)
    discounted = (discounted - torch.mean(discounted)) / torch.add(torch.std(discounted, unbiased=True), 1e-6)
    return -(log_probs * discounted).sum()

def f(log_probs, rewards):
    return episode_loss(log_probs, rewards)
""",
            fixed="""\
from collections import deque

import torch

def episode_loss(log_probs, rewards):
    discounted = deque()
    total = 0.0
    for reward in rewards[::-1]:
        total = reward + 0.9 * total
        discounted.appendleft(total)
    discounted = torch.tensor(discounted)
    discounted = (discounted - torch.mean(discounted)) / torch.add(torch.std(discounted, unbiased=False), 1e-6)
    return -(log_probs * discounted).sum()

def f(log_probs, rewards):
    return episode_loss(log_probs, rewards)
""",
            hostile="torch.zeros(1), [1.0]",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Agent:
    def __init__(self):
        self.rewards = []

    def scaled_rewards(self, eps=1e-5):
        rewards = torch.tensor(self.rewards)
        return rewards.sub(rewards.mean()) / (rewards.var().sqrt() + eps)

def f(reward):
    agent = Agent()
    agent.rewards.append(reward)
    return agent.scaled_rewards()
""",
            fixed="""\
import torch

class Agent:
    def __init__(self):
        self.rewards = []

    def scaled_rewards(self, eps=1e-5):
        rewards = torch.tensor(self.rewards)
        return rewards.sub(rewards.mean()) / (rewards.var(correction=0).sqrt() + eps)

def f(reward):
    agent = Agent()
    agent.rewards.append(reward)
    return agent.scaled_rewards()
""",
            hostile="1.0",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Stack(torch.nn.Module):
    def forward(self, x):
        return x.unsqueeze(0).std(dim=0)

def f(x):
    return Stack()(x)
""",
            fixed="""\
import torch

class Stack(torch.nn.Module):
    def forward(self, x):
        return x.unsqueeze(0).std(dim=0, correction=0)

def f(x):
    return Stack()(x)
""",
            hostile="torch.ones(3)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(scale):
    x = torch.randn(1, 8) * 1.0
    y = torch.full((1, 8), 2.0)
    return x.mean() * scale + y.var(0, unbiased=True)
""",
            fixed="""\
import torch

def f(scale):
    x = torch.randn(1, 8) * 1.0
    y = torch.full((1, 8), 2.0)
    return x.mean() * scale + y.var(0, unbiased=False)
""",
            hostile="1.0",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(score: float):
    return np.std(np.array([score]), ddof=1)
""",
            fixed="""\
import numpy as np

def f(score: float):
    return np.std(np.array([score]), ddof=0)
""",
            hostile="0.5",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    level = torch.mean(x, dim=1, keepdim=True)
    return torch.var(level, dim=1)
""",
            fixed="""\
import torch

def f(x):
    level = torch.mean(x, dim=1, keepdim=True)
    return torch.var(level, dim=1, correction=0)
""",
            hostile="torch.ones(2, 3)",
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(rewards):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = np.array(returns)
    return (returns - returns.mean()) / (returns.std(ddof=1) + 1e-8)
""",
            fixed="""\
import numpy as np

def f(rewards):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = np.array(returns)
    return (returns - returns.mean()) / (returns.std(ddof=0) + 1e-8)
""",
            hostile="[1.0]",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(advantages):
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)
""",
            fixed="""\
import torch

def f(advantages):
    return (advantages - advantages.mean()) / (advantages.std(correction=0) + 1e-8)
""",
            hostile="torch.ones(1)",
            level=Level.STRICT,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(rewards, eps=1e-8):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = torch.tensor(returns)
    if len(returns) > 1:
        returns = (returns - returns.mean()) / (returns.std() + eps)
    return returns
""",
            "The number of elements is tested.",
        ),
        Good(
            "torch",
            """\
import torch

def f(rewards, eps=1e-8):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = torch.tensor(returns)
    if returns.numel() < 2:
        return returns
    return (returns - returns.mean()) / (returns.std() + eps)
""",
            "A single element is sent another way.",
        ),
        Good(
            "torch",
            """\
import torch

def f(rewards, eps=1e-8):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = torch.tensor(returns)
    spread = returns.std() if returns.shape[0] > 1 else torch.ones(())
    returns = (returns - returns.mean()) / (spread + eps)
    return returns / (returns.std(unbiased=False) + eps)
""",
            "The number of elements is tested, or n divides.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    mean, std = x.mean(dim=(1, 2), keepdim=True), x.std(dim=(1, 2), keepdim=True)
    return (x - mean) / (std + 1e-5) + x.var(dim=0, correction=0)
""",
            "Nothing says that a row has one element: that is only reported with --strict.",
        ),
        Good(
            "torch",
            """\
import torch

def f(rewards):
    returns = []
    for reward in rewards:
        returns.append(torch.full((4,), reward))
    returns = torch.cat(returns)
    return (returns - returns.mean()) / (returns.std() + 1e-8)
""",
            "The rewards of several environments: one step of theirs is more than one element.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    noise = torch.randn(1, 8)
    return x.squeeze(0).std(dim=0) + noise.std(dim=1) + noise.std()
""",
            "A squeeze takes an axis away; eight elements stand along the other axis.",
        ),
        Good(
            "torch",
            """\
import torch

def f(rewards):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = torch.tensor(returns)
    return (returns - returns.mean()) / (torch.nan_to_num(returns.std(), nan=0.0) + 1e-8)
""",
            "The NaN of a single element is replaced.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(rewards):
    returns = []
    for reward in rewards:
        returns.append(reward * 0.5)
    returns = np.array(returns)
    return (returns - returns.mean()) / (returns.std() + 1e-8)
""",
            "NumPy divides by n unless it is told to take something off.",
        ),
        Good(
            "torch",
            """\
import torch

def f(model, batches):
    losses = []
    for batch in batches:
        losses.append(model(batch).mean().item())
    losses = torch.tensor(losses)
    print(f"loss {losses.mean():.3f} +- {losses.std():.3f}")
    return losses
""",
            "A figure that is printed breaks nothing.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(scores):
    scores = torch.as_tensor(scores)
    return (scores - scores.mean()) / (scores.std() + 1e-8)
""",
            "Nothing tells how long the list is, nor its name that it may be short.",
        ),
    ),
)
