"""An array divided by its own norm, standard deviation or range, which can be 0."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import axis_of
from nanlint.reasoning.context import quiet, words
from nanlint.reasoning.destinations import feeds_loss, trained
from nanlint.reasoning.evidence import trail
from nanlint.reasoning.guarding import adding, called, epsilon, literal, operand_node, quoted
from nanlint.reasoning.moving import reachable_source, removable
from nanlint.reasoning.normalising import (
    AFFINE_IN,
    Measure,
    Normalisation,
    contains,
    measured,
    norm_of,
    normalisation,
)
from nanlint.reasoning.origins import strip
from nanlint.reasoning.poles import danger, differentiated, takes_array
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.roots import written_out
from nanlint.reasoning.spelling import spell, takes
from nanlint.reasoning.terms import operand
from nanlint.reasoning.texts import code
from nanlint.reasoning.vanishing import vanishing
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Remove, Replace, Rewrite, Rule

GUARDED = (Op.NORMALIZE, Op.COSINE_SIMILARITY)
"""Operations that keep their norms above the option `eps`."""
REWARDS = frozenset({"reward", "rewards"})
"""Names of numbers that are often all equal: every attempt has succeeded, or none."""
TWO_NORM = (2, 2.0, "fro")


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE, Op.MULTIPLY):
        found = normalisation(event, trace)
        if found is None or danger(found.pole, trace) is None:
            continue
        if _goes_on(event, trace, found):
            trace.pass_over(event, "it is part of a normalisation that is reported as a whole")
            continue
        way = _way(event, trace, found)
        yield Draft(
            event,
            _level(event, trace, found, way),
            f"division by {quoted(operand_node(found.pole, found.index))}, {_measure(event, trace, found)}, "
            f"0 {way or _when(found)}: {_quotient(event, found)}",
            _REMEDIES[found.measure],
            evidence=trail(found.pole, trace, found.pole.operands[found.index]),
            claims=tuple(
                inner
                for inner in (found.pole, found.root, *_steep(trace, found))
                if inner is not None and inner is not event
            ),
            rewrite=_rewrite(event, trace, found, limits),
        )
    for event in trace.of(*GUARDED):
        yield from _without_eps(event, trace)


_REMEDIES = {
    Measure.NORM: "Use the library's normalize, or add an epsilon to the norm.",
    Measure.PRODUCT_OF_NORMS: "Use the library's cosine similarity, or add an epsilon to the divisor.",
    Measure.SPREAD: "Add an epsilon to the standard deviation.",
    Measure.RANGE: "Add an epsilon to the range.",
}


def _measure(event: Event, trace: Trace, found: Normalisation) -> str:
    """What the divisor is, and of what."""
    if found.measure is Measure.PRODUCT_OF_NORMS and found.reducing.op is Op.MULTIPLY:
        return "the norms of the two vectors of the dot product"
    of = quoted(measured(found, trace))
    if found.measure is Measure.PRODUCT_OF_NORMS:
        return f"the norm of {of}, a factor of the dividend"
    if found.reducing.op is Op.MEAN:
        return f"the root mean square of {of}"
    name = "variance" if strip(found.pole.operands[found.index]).op is Op.VAR else found.measure.value
    return f"the {name} of {of}"


def _when(found: Normalisation) -> str:
    """When the divisor is 0, whatever it is computed from."""
    if found.measure in (Measure.NORM, Measure.PRODUCT_OF_NORMS):
        return "for a vector of zeros"
    axis = found.reducing.made_by.options.get("axis")
    along = f"along axis {axis.constant} " if axis is not None and type(axis.constant) is int else ""
    return f"where all its elements {along}are equal"


def _quotient(event: Event, found: Normalisation) -> str:
    product = found.measure is Measure.PRODUCT_OF_NORMS
    same = product or event is not found.pole or contains(event.operands[0], found.of, AFFINE_IN)
    return "0 / 0 is NaN" if same else "the quotient is infinite or NaN"


def _goes_on(event: Event, trace: Trace, found: Normalisation) -> bool:
    """x . y / |x| is divided by |y| next: that division speaks for both."""
    if found.measure is not Measure.PRODUCT_OF_NORMS:
        return False
    following = [user for user in trace.uses(event.result) if user.op is Op.DIVIDE]
    return any(normalisation(user, trace) is not None and danger(user, trace) is not None for user in following)


def _level(event: Event, trace: Trace, found: Normalisation, way: str | None) -> Level:
    """A warning where something is trained by it and something shows how the divisor comes to be 0."""
    near = danger(found.pole, trace)
    if near is None or quiet(event.site):
        return Level.STRICT
    if not takes_array(found.pole, found.index):
        return min(near.level, Level.NOTE)
    if way is None or (event.site.frame.name == "" and not feeds_loss(event, trace)):
        return Level.NOTE
    return Level.WARNING if trained(event, trace) or _of_rewards(found, trace) else Level.NOTE


def _way(event: Event, trace: Trace, found: Normalisation) -> str | None:
    """How the divisor comes to be 0, in words; None where nothing shows that it does: data are rarely constant."""
    vectors = _vectors(found)
    whole = axis_of(strip(found.pole.operands[found.index])) is None
    shown = next((reason for x in vectors if (reason := vanishing(x, trace, whole=whole)) is not None), None)
    if shown is not None:
        return shown
    if found.measure in (Measure.SPREAD, Measure.RANGE):
        return "where every reward is the same" if _of_rewards(found, trace) else None
    return None


def _of_rewards(found: Normalisation, trace: Trace) -> bool:
    node = measured(found, trace)
    return node is not None and found.measure is Measure.SPREAD and bool(words(code(node)) & REWARDS)


def _vectors(found: Normalisation) -> tuple[Value, ...]:
    """What must not be 0: the array itself, or both of a product of norms."""
    divisor = strip(found.pole.operands[found.index])
    factors = [norm_of(x) for x in divisor.made_by.operands] if divisor.op is Op.MULTIPLY else []
    return (found.of, *(factor[0] for factor in factors if factor is not None))


def _rewrite(event: Event, trace: Trace, found: Normalisation, limits: Limits) -> Rewrite | None:
    if found.measure is Measure.NORM:
        library = _normalize(event, trace, found)
    elif found.measure is Measure.PRODUCT_OF_NORMS:
        library = _cosine(event, trace)
    else:
        library = None
    if library is not None:
        return library
    steep = _steep(trace, found)
    if steep:
        return _all_written_out(steep, limits)
    if found.root is not None and (differentiated(found.root) or found.pole is found.root):
        return adding(found.root, 0, literal(epsilon(found.root, limits)))
    return adding(found.pole, found.index, literal(epsilon(event, limits)))


def _steep(trace: Trace, found: Normalisation) -> list[Event]:
    """The norms and deviations of the divisor whose own gradient is NaN at 0, which no epsilon added to them mends."""
    factors = [norm_of(x) for x in strip(found.pole.operands[found.index]).made_by.operands]
    measures = [found.reducing, *(factor[1] for factor in factors if factor is not None)]
    events = {id(event): event for value in measures if (event := trace.origin(value)) is not None}
    return [
        event
        for event in events.values()
        if event.op in (Op.NORM, Op.STD)
        and differentiated(event)
        and not registry.smooth_at_zero(event.op, event.framework)
    ]


def _all_written_out(steep: list[Event], limits: Limits) -> Rewrite | None:
    roots = [written_out(event, limits) for event in steep]
    written = [root for root in roots if root is not None]
    if len(written) < len(steep):
        return None
    edits = tuple(Replace(event.node, root.text) for event, root in zip(steep, written, strict=True))
    imports = tuple(line for root in written for line in root.imports)
    return Rewrite("Write the root out with an epsilon inside", Applicability.UNSAFE, edits, imports)


def _normalize(event: Event, trace: Trace, found: Normalisation) -> Rewrite | None:
    """`x / x.norm(dim=-1, keepdim=True)` as the library's normalize, which has an epsilon."""
    axis = _kept_axis(found, event, trace)
    x = operand(trace, event, 0)
    text = x.bare(event)
    order = _order(found.reducing)
    written = event.op is Op.DIVIDE and plainly_written(event) and x.value.same(found.of)
    if axis is None or text is None or order is None or not written or found.reducing.op is Op.MEAN:
        return None
    if not all(takes(Op.NORMALIZE, name, event.framework) for name in order):
        return None
    spelled = spell(event, Op.NORMALIZE, {"x": text, "axis": axis, **order})
    if spelled is None:
        return None
    edits: list[Replace | Remove] = [called(event, spelled.text, trace)]
    measured = found.root or trace.origin(found.reducing)
    line = None if measured is None else removable(measured, [event.node])
    if line is not None:
        edits.append(Remove(line))
    return Rewrite("Use normalize, which has an epsilon", Applicability.UNSAFE, tuple(edits), spelled.imports)


def _kept_axis(found: Normalisation, event: Event, trace: Trace) -> str | None:
    """The source of the one axis that is measured and kept: by `keepdim=True`, or put back by an unsqueeze."""
    origin = trace.origin(found.reducing)
    axis = found.reducing.made_by.options.get("axis")
    if origin is None or axis is None or type(axis.constant) is not int:
        return None
    keep = found.reducing.made_by.options.get("keepdim")
    if keep is None or keep.constant is not True:
        reshaped = event.operands[found.index]
        put_back = reshaped.made_by.options.get("axis")
        direct = reshaped.op is Op.RESHAPE and reshaped.made_by.x.same(found.reducing)
        if not direct or put_back is None or put_back.constant != axis.constant or len(reshaped.made_by.options) != 1:
            return None
    return reachable_source(origin.site.options.get("axis"), origin, event)


def _order(reducing: Value) -> dict[str, str] | None:
    """The order of the norm as a part of the spelling: nothing for 2, None where it is not a plain number."""
    order = reducing.made_by.options.get("ord") if reducing.op is Op.NORM else None
    if order is None or order.constant in TWO_NORM:
        return {}
    number = order.range.point
    return None if number is None or order.constant is None else {"ord": repr(order.constant)}


def _cosine(event: Event, trace: Trace) -> Rewrite | None:
    """`(a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))` as the library's cosine similarity."""
    total = operand(trace, event, 0)
    if not plainly_written(event) or total.op is not Op.SUM or len(event.operands[1].made_by.operands) != 2:
        return None
    product, summed = total.operand(0), total.origin
    if product.op is not Op.MULTIPLY or summed is None or len(product.value.made_by.operands) != 2:
        return None
    norms = [norm_of(factor) for factor in event.operands[1].made_by.operands]
    reductions = [total.value, *(found[1] for found in norms if found is not None)]
    axes = [value.made_by.options.get("axis") for value in reductions]
    kept = [value.made_by.options.get("keepdim") for value in reductions]
    same = all(axis is not None and axis.constant == axes[0].constant for axis in axes if axes[0] is not None)
    if axes[0] is None or not same or None in axes or any(keep is not None and keep.constant for keep in kept):
        return None
    if any(value.op is Op.MEAN or _order(value) != {} for value in reductions[1:]):
        return None
    axis = reachable_source(summed.site.options.get("axis"), summed, event)
    x, y = (product.operand(i).bare(event) for i in (0, 1))
    if axis is None or x is None or y is None:
        return None
    spelled = spell(event, Op.COSINE_SIMILARITY, {"x": x, "y": y, "axis": axis})
    if spelled is None:
        return None
    edit = called(event, spelled.text, trace)
    return Rewrite("Use the library's cosine similarity", Applicability.UNSAFE, (edit,), spelled.imports)


def _without_eps(event: Event, trace: Trace) -> Iterator[Draft]:
    """`normalize(x, eps=0)`; where that is the default, something has to show that the vector comes to be 0."""
    eps, node = event.options.get("eps"), event.site.options.get("eps")
    if eps is None or eps.range.point != 0.0:
        return
    shown = node is not None or any(vanishing(x, trace) is not None for x in event.operands)
    level = Level.STRICT if quiet(event.site) else Level.WARNING if shown and trained(event, trace) else Level.NOTE
    rewrite = None
    if node is not None and type(eps.constant) in (int, float):
        rewrite = Rewrite("Give it an epsilon", Applicability.UNSAFE, (Replace(node, "1e-12"),))
    yield Draft(
        event,
        level,
        f"{quoted(event.node)} without an epsilon: a zero vector is divided by its norm, 0, which is NaN",
        "Leave the epsilon at its default.",
        rewrite=rewrite,
    )


RULE = Rule(
    code="NAN112",
    name="zero-vector-normalised",
    summary="An array divided by its own norm, standard deviation or range, which can be 0.",
    why="x / norm(x) is 0 / 0, NaN, for a zero vector: a padded token, a dead ReLU layer, an empty row. The standard "
    "deviation and the range of constant data are 0 in the same way: a silent clip, a batch of equal rewards, a pixel "
    "that is black in every image. One such row makes the sum of a loss, and so every weight, NaN. The library's "
    "normalize divides by max(norm, 1e-12) instead.",
    check=check,
    ceiling=Level.NOTE,
    specific=18,
    remedy="Use the library's normalize or cosine similarity, or add an epsilon to the divisor.",
    fix=Applicability.UNSAFE,
    fix_note="A zero vector stays 0. normalize leaves vectors longer than 1e-12 as they are; an epsilon added to the "
    "divisor changes the quotient by its size relative to it. The gradient at a zero vector is finite but large, 1e12 "
    "or 1e8: a larger epsilon gives a smaller one. Where the gradient of the norm itself is NaN at 0, as in "
    "TensorFlow and JAX, its root is written out with the epsilon inside.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Embed(torch.nn.Module):
    def forward(self, x, padding):
        x = x.masked_fill(padding, 0.0)
        return x / x.norm(dim=-1, keepdim=True)

def f(x, padding):
    return Embed()(x, padding)
""",
            fixed="""\
import torch

class Embed(torch.nn.Module):
    def forward(self, x, padding):
        x = x.masked_fill(padding, 0.0)
        return torch.nn.functional.normalize(x, dim=-1)

def f(x, padding):
    return Embed()(x, padding)
""",
            hostile="torch.ones(1, 3), torch.ones(1, 3, dtype=torch.bool)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Embed(torch.nn.Module):
    def forward(self, x):
        return x / x.norm(dim=-1, keepdim=True)

def f(x):
    return Embed()(x)
""",
            fixed="""\
import torch

class Embed(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.normalize(x, dim=-1)

def f(x):
    return Embed()(x)
""",
            hostile="torch.zeros(1, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def policy_loss(log_probs, rewards):
    advantages = (rewards - rewards.mean(dim=1, keepdim=True)) / rewards.std(dim=1, keepdim=True)
    return -(log_probs * advantages).mean()

def f(log_probs, rewards):
    return policy_loss(log_probs, rewards)
""",
            fixed="""\
import torch

def policy_loss(log_probs, rewards):
    advantages = (rewards - rewards.mean(dim=1, keepdim=True)) / (rewards.std(dim=1, keepdim=True) + 1e-8)
    return -(log_probs * advantages).mean()

def f(log_probs, rewards):
    return policy_loss(log_probs, rewards)
""",
            hostile="torch.ones(2, 4), torch.ones(2, 4)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 4, bias=False)

    def forward(self, x):
        h = F.relu(self.layer(x))
        size = torch.norm(h, p=1, dim=1)
        return torch.div(h, size.unsqueeze(1))

def f(x):
    return Encoder()(x)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 4, bias=False)

    def forward(self, x):
        h = F.relu(self.layer(x))
        return F.normalize(h, p=1, dim=1)

def f(x):
    return Encoder()(x)
""",
            hostile="torch.zeros(1, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def contrastive_loss(x, y):
    x = x / torch.sqrt((x**2).sum(dim=1, keepdim=True))
    return -(x * y).sum(dim=1).mean()

def f(x, y):
    return contrastive_loss(x, y)
""",
            fixed="""\
import torch

def contrastive_loss(x, y):
    x = torch.nn.functional.normalize(x, dim=1)
    return -(x * y).sum(dim=1).mean()

def f(x, y):
    return contrastive_loss(x, y)
""",
            hostile="torch.zeros(2, 3), torch.ones(2, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Direction(torch.nn.Module):
    def forward(self, x):
        return x * (x * x).sum(-1, keepdim=True).rsqrt()

def f(x):
    return Direction()(x)
""",
            fixed="""\
import torch

class Direction(torch.nn.Module):
    def forward(self, x):
        return x * ((x * x).sum(-1, keepdim=True) + 1e-8).rsqrt()

def f(x):
    return Direction()(x)
""",
            hostile="torch.zeros(1, 4)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch.nn import functional as F

def similarity_loss(a, b):
    cosine = (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))
    return 1 - cosine.mean()

def f(a, b):
    return similarity_loss(a, b)
""",
            fixed="""\
import torch
from torch.nn import functional as F

def similarity_loss(a, b):
    cosine = F.cosine_similarity(a, b, dim=-1)
    return 1 - cosine.mean()

def f(a, b):
    return similarity_loss(a, b)
""",
            hostile="torch.zeros(2, 3), torch.ones(2, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(advantages):
    advantages = (advantages - advantages.mean()) / advantages.std()
    return advantages
""",
            fixed="""\
import torch

def f(advantages):
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    return advantages
""",
            hostile="torch.ones(4)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Rescale(torch.nn.Module):
    def forward(self, depth):
        low, high = depth.amin((1, 2), keepdim=True), depth.amax((1, 2), keepdim=True)
        depth = depth.sub(low).div_(high - low)
        return depth

def f(depth):
    return Rescale()(depth)
""",
            fixed="""\
import torch

class Rescale(torch.nn.Module):
    def forward(self, depth):
        low, high = depth.amin((1, 2), keepdim=True), depth.amax((1, 2), keepdim=True)
        depth = depth.sub(low).div_(high - low + 1e-8)
        return depth

def f(depth):
    return Rescale()(depth)
""",
            hostile="torch.ones(1, 2, 2)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Embed(torch.nn.Module):
    def forward(self, x):
        return F.normalize(x, dim=-1, eps=0)

def f(x):
    return Embed()(x)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Embed(torch.nn.Module):
    def forward(self, x):
        return F.normalize(x, dim=-1, eps=1e-12)

def f(x):
    return Embed()(x)
""",
            hostile="torch.zeros(1, 3)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    x -= x.mean(axis=0)
    x /= x.std(axis=0)
    return x
""",
            fixed="""\
import numpy as np

def f(x):
    x -= x.mean(axis=0)
    x /= x.std(axis=0) + 1e-8
    return x
""",
            hostile="np.ones((3, 2))",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(features):
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    return features / norms
""",
            fixed="""\
import numpy as np

def f(features):
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    return features / (norms + 1e-8)
""",
            hostile="np.zeros((2, 3))",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(query, document):
    return np.dot(query, document) / np.linalg.norm(query) / np.linalg.norm(document)
""",
            fixed="""\
import numpy as np

def f(query, document):
    return np.dot(query, document) / (np.linalg.norm(query) + 1e-8) / (np.linalg.norm(document) + 1e-8)
""",
            hostile="np.ones(3), np.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(image):
    return np.divide(image - np.min(image), np.max(image) - np.min(image))
""",
            fixed="""\
import numpy as np

def f(image):
    return np.divide(image - np.min(image), np.max(image) - np.min(image) + 1e-8)
""",
            hostile="np.ones((2, 2))",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(x, eps=1e-6):
    unit = F.normalize(x, dim=-1)
    guarded = x / (x.norm(dim=-1, keepdim=True) + eps)
    return unit + guarded + (x - x.mean()) / (x.std() + 1e-8)
""",
            "The library's normalize has an epsilon; the others were added.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm(dim=-1, keepdim=True)
    return x / norm.clamp(min=1e-12) + x / torch.clamp_min(norm, 1e-8) + x / torch.max(norm, torch.tensor(1e-6))
""",
            "Clamps keep the norm above 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm(dim=-1, keepdim=True)
    norm[norm == 0] = 1
    return x / norm
""",
            "A norm of 0 is made 1 before the division.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm(dim=-1, keepdim=True)
    return x / torch.where(norm > 0, norm, torch.ones_like(norm)) + x / norm.masked_fill(norm == 0, 1.0)
""",
            "The divisor is made 1 where it is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm(dim=-1)
    keep = norm > 0
    return x[keep] / norm[keep].unsqueeze(-1)
""",
            "Only rows that are not 0 are divided.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    norm = x.norm()
    if norm == 0:
        return x
    return x / norm
""",
            "The test sends a zero vector another way.",
        ),
        Good(
            "torch",
            """\
import torch

class RMSNorm(torch.nn.Module):
    def __init__(self, eps: float = 1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

def f(x):
    return RMSNorm()(x)
""",
            "The epsilon is inside the root.",
        ),
        Good(
            "torch",
            """\
import torch

class LayerNorm(torch.nn.Module):
    def __init__(self, size, variance_epsilon=1e-12):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(size))
        self.variance_epsilon = variance_epsilon

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).pow(2).mean(-1, keepdim=True)
        return self.weight * (x - mean) / torch.sqrt(variance + self.variance_epsilon)

def f(x):
    return LayerNorm(x.shape[-1])(x)
""",
            "A layer norm written out with its epsilon.",
        ),
        Good(
            "torch",
            """\
import torch

def f(image):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    return (image - mean) / std
""",
            "The statistics are constants.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x, scores):
    weights = scores.softmax(dim=-1)
    return x * weights / weights.sum(dim=-1, keepdim=True)
""",
            "A sum of a softmax is no norm and about 1.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    unit = np.divide(x, norm, out=np.zeros_like(x), where=norm > 0)
    return (x - x.mean(axis=0)) / spread + unit + x / np.maximum(norm, 1e-12)
""",
            "A spread of 0 is made 1; NumPy computes only where it is told to; a maximum keeps the norm above 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(gradient, limit):
    size = np.linalg.norm(gradient)
    if size > limit:
        gradient = gradient * limit / size
    return gradient
""",
            "A norm above its limit is not 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    low, high = x.min(), x.max()
    return (x - low) / (high - low) if high > low else np.zeros_like(x)
""",
            "The range is tested before it divides.",
        ),
        Good(
            "torch",
            """\
import torch

def policy_loss(log_probs, rewards):
    spread = rewards.std(dim=1, keepdim=True)
    advantages = (rewards - rewards.mean(dim=1, keepdim=True)) / (spread + 1e-6)
    return -(log_probs * advantages).mean()

def f(log_probs, rewards):
    return policy_loss(log_probs, rewards)
""",
            "Equal rewards have the advantage 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread == 0, 1.0, spread)
    return (train - mean) / spread, (test - mean) / spread
""",
            "A constant column is only centred.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
def f(x, norms):
    return x / norms
""",
            "Nothing says that these are the norms of x.",
        ),
    ),
)
