"""A mean, a spread or a median of a selection that can be empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.counting import shown_some
from nanlint.interp.store import Facts
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import repaired
from nanlint.reasoning.conditions import MASK_WORDS, PADDING_WORDS, is_mask, named_mask, unshaped, words_in
from nanlint.reasoning.context import quiet
from nanlint.reasoning.destinations import LOSSES, feeds_loss, trained
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.hindsight import chosen_where, thrown_away
from nanlint.reasoning.moving import contains
from nanlint.reasoning.origins import RANDOM, strip
from nanlint.reasoning.provenance import leaves
from nanlint.reasoning.selections import Selection, by_lengths, can_be_empty, of_unused_label, selections
from nanlint.reasoning.spelling import spell, spell_mean_or_zero
from nanlint.reasoning.targets import COMPARISONS
from nanlint.reasoning.texts import wrapped
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

SMOOTH = (Op.MEAN, Op.STD, Op.VAR, Op.MEDIAN)
"""NaN of nothing."""
EXTREME = (Op.REDUCE_MAX, Op.REDUCE_MIN)
"""Of nothing they raise, or are infinite."""
SEQUENCES = PADDING_WORDS | {"mel", "mels", "tgt", "attention", "attn", "frames"}
IGNORED = -100.0  # the label that PyTorch's losses leave out unless told otherwise


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    by_mask: dict[tuple[int, int], list[tuple[Event, Selection]]] = {}  # and statement: one finding is enough
    for event in trace.of(*SMOOTH, *EXTREME):
        found = _empty(event, trace)
        if found is not None and not _handled(event, found, trace):
            by_mask.setdefault((id(event.site.statement), found.mask.number), []).append((event, found))
    for (event, found), *others in by_mask.values():
        alone = all(other.node is event.node for other, _ in others)
        draft = _draft(event, found, trace)
        yield draft if alone else replace(draft, rewrite=None)  # a test of the count serves them all
    for event in trace.of(*LOSSES):
        found = None if _summed(event) else _empty_loss(event, trace)
        if found is not None and not _handled(event, found, trace):
            yield _draft(event, found, trace)
    for event in trace.of(Op.CROSS_ENTROPY, Op.NLL_LOSS):
        made = None if _summed(event) or len(event.operands) < 2 else _all_ignored(event.operands[1], event)
        if made is not None and not _watched(event, trace):
            origin = trace.origin(made)
            yield Draft(
                event,
                Level.STRICT if quiet(event.site) else Level.NOTE,
                f"{describe(event)} whose targets a mask sets to the ignored label: where it ignores all of them the "
                "mean is 0 / 0, NaN",
                "Sum the loss and divide by the count of targets that are not ignored, clamped to at least 1.",
                evidence=() if origin is None else (Clue(origin.node, "ignores the targets", made),),
            )


def _draft(event: Event, found: Selection, trace: Trace) -> Draft:
    taken, mask = trace.origin(found.taken), trace.origin(found.mask)
    selected = "its operand" if taken is None else quoted(taken.node)
    whole = operand_node(event, 0)
    if taken is event:
        selected = f"the elements where {quoted(event.site.options.get('where'))} holds,"
    elif taken is not None and whole is not None and not contains(whole, taken.node):
        selected = f"{quoted(whole)}, made from {selected},"
    ends = "is infinite" if event.op in EXTREME else "is NaN"
    if event.op in registry.table(event.framework).raising:
        ends = "raises an error"
    who = ", of a cluster that nothing is assigned to," if of_unused_label(found.mask) else ""
    clues = [Clue(mask.node, f"the mask: {describe(mask)}", mask.result)] if mask is not None else []
    if taken is not None and taken.node is not event.node:
        clues.append(Clue(taken.node, "what it selects, perhaps nothing", taken.result))
    return Draft(
        event,
        _level(event, found, trace),
        f"{describe(event)} of {selected}{who} which can be empty: of nothing it {ends}",
        "Test that something is selected, or divide the sum by a count of at least 1.",
        evidence=tuple(clues),
        rewrite=_rewrite(event),
    )


def _level(event: Event, found: Selection, trace: Trace) -> Level:
    hushed = quiet(event.site)
    if found.stored:
        return Level.STRICT
    possible = Level.STRICT if hushed or found.named else Level.NOTE
    if by_lengths(found.mask) or _of_padding(found, trace) or _drawn(found.mask, trace):
        return possible
    if _handed(found, trace):
        return Level.NOTE if feeds_loss(event, trace) else possible
    if event.op in EXTREME:
        return Level.NOTE if feeds_loss(event, trace) and not found.named else Level.STRICT
    if feeds_loss(event, trace) or (of_unused_label(found.mask) and not hushed):
        return Level.WARNING
    return Level.NOTE if trained(event, trace) else possible


def _of_padding(found: Selection, trace: Trace) -> bool:
    """The name of the mask says that it hides the padding of sequences: every batch has some that are not empty."""
    taken, mask = trace.origin(found.taken), trace.origin(found.mask)
    nodes: list[cst.CSTNode | None] = [] if mask is None else [mask.node]
    if taken is not None:
        nodes += (*taken.site.operands[1:], *taken.site.options.values())
    named = {word for node in nodes if node is not None for word in words_in(node)}
    return bool(named & MASK_WORDS) and bool(named & SEQUENCES)


def _handed(found: Selection, trace: Trace) -> bool:
    """A mask that somebody hands over, be it compared with a number: who makes it knows what it selects."""
    made = trace.origin(found.mask)
    compared = [x for x in found.mask.made_by.operands if found.mask.op in COMPARISONS and not x.kind.scalar]
    handed = compared[0] if len(compared) == 1 else found.mask
    return unshaped(handed).op is Op.ARGUMENT and (found.named or (made is not None and named_mask(made.node)))


def _drawn(mask: Value, trace: Trace) -> bool:
    """It asks for something among random numbers, of which so many hardly ever miss it.

    Those that a script draws to try something out stand for data.
    """
    if mask.op not in COMPARISONS:
        return False
    draws = [trace.origin(leaf) for x in mask.made_by.operands for leaf in leaves(x) if leaf.op in RANDOM]
    return any(draw is not None and draw.site.frame.name != "" for draw in draws)


def _empty(event: Event, trace: Trace) -> Selection | None:
    """The selection that the reduction goes over, if it can be empty and all of it comes from such."""
    chosen = event.options.get("where")
    if chosen is not None and event.operands:
        found: Selection | None = Selection(event.result, chosen) if is_mask(chosen) else None
    elif not event.operands or not _over_selection(event):
        return None
    else:
        found = next(selections(event.x, trace), None)
    return found if found is not None and can_be_empty(found, event, trace) else None


def _over_selection(event: Event) -> bool:
    """The reduction goes over everything or the first axis, along which a mask selects."""
    axis = event.options.get("axis")
    return axis is None or axis.is_none or axis.constant == 0


def _empty_loss(event: Event, trace: Trace) -> Selection | None:
    """Both the prediction and the target are selected by a mask."""
    if len(event.operands) < 2:
        return None
    sides = [next(selections(operand, trace), None) for operand in event.operands[:2]]
    first, second = sides
    if first is None or second is None or not first.mask.same(second.mask):
        return None
    return first if can_be_empty(first, event, trace) and can_be_empty(second, event, trace) else None


def _summed(event: Event) -> bool:
    """The loss is not a mean."""
    reduction = event.options.get("reduction")
    return reduction is not None and reduction.constant != "mean"


def _all_ignored(target: Value, event: Event) -> Value | None:
    """What sets labels to the ignored one by a mask."""
    option = event.options.get("ignore_index")
    ignored = IGNORED if option is None else option.range.point
    target = strip(target) if target.op not in (Op.STORE, Op.WHERE, Op.MASKED_FILL) else target
    made_by = target.made_by
    if ignored is None or target.op not in (Op.STORE, Op.WHERE, Op.MASKED_FILL):
        return None
    by_mask = target.op is not Op.STORE or "index" in made_by.options
    return target if by_mask and any(x.range.point == ignored for x in made_by.operands[1:]) else None


def _handled(event: Event, found: Selection, trace: Trace) -> bool:
    """The NaN is replaced or looked for, or the result is used only where a test shows that something is selected."""

    def filled(facts: Facts) -> bool:
        return shown_some(found.mask, facts) or any(
            fact is not None and fact.filled for fact in (facts.get(found.taken.number), facts.get(event.x.number))
        )

    return _watched(event, trace) or chosen_where(event, filled, trace) or thrown_away(event, filled, trace)


def _watched(event: Event, trace: Trace) -> bool:
    """The result's NaN is replaced, or looked for."""
    tested = any(user.op in (Op.IS_NAN, Op.IS_FINITE) for user in trace.uses(event.result))
    return tested or repaired(event, trace)


def _rewrite(event: Event) -> Rewrite | None:
    """The sum over a count of at least 1: 0 where nothing is selected."""
    node = operand_node(event, 0)
    if event.op is not Op.MEAN or not _repeatable(node):
        return None
    if node is None or not isinstance(event.node, cst.Call) or set(event.options) - {"axis"}:
        return None
    axis = event.site.options.get("axis")
    title = f"Divide the sum of {quoted(node)} by a count of at least 1"
    written = spell_mean_or_zero(event, {"x": bare(node)})
    if written is not None:
        edit = Replace(event.node, written.text)
        return Rewrite(title, Applicability.UNSAFE, (edit,), written.imports) if axis is None else None
    count = spell(event, Op.LENGTH, {"x": bare(node)})
    if axis is None and count is None:
        return None
    length = f"len({bare(node)})" if axis is not None or count is None else count.text
    along = "" if axis is None else bare(axis)
    return Rewrite(
        title,
        Applicability.UNSAFE,
        (Replace(event.node, f"{wrapped(node)}.sum({along}) / max({length}, 1)"),),
        () if count is None or axis is not None else count.imports,
    )


def _repeatable(node: cst.CSTNode | None) -> bool:
    """A name, an attribute or a subscript of such: it may be written twice."""
    if isinstance(node, cst.Subscript):
        index = node.slice[0].slice if len(node.slice) == 1 else None
        return _repeatable(node.value) and isinstance(index, cst.Index) and _repeatable(index.value)
    if isinstance(node, cst.Attribute):
        return _repeatable(node.value)
    return isinstance(node, cst.Name)


RULE = Rule(
    code="NAN110",
    name="mean-of-empty",
    summary="A mean, spread or median of a selection that can be empty.",
    why="The mean of nothing is 0 / 0. PyTorch returns NaN for the mean, the standard deviation and the median of an "
    "empty tensor, NumPy the same with a warning that scrolls by; a loss with reduction 'mean' of an empty batch is "
    "NaN as well; TensorFlow and JAX do the same. One batch in which the mask selects nothing makes the loss NaN. The "
    "maximum of nothing raises an error, but for TensorFlow, where it is -inf.",
    check=check,
    ceiling=Level.NOTE,
    specific=20,
    remedy="Test that something is selected (`if mask.any():`), divide the sum by `max(count, 1)`, or divide with "
    "`divide_no_nan`.",
    fix=Applicability.UNSAFE,
    fix_note="The result is 0 instead of NaN where nothing is selected, else the same.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.mean.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

def masked_loss(pred, target):
    error = (pred - target) ** 2
    valid = target > 0
    return error[valid].mean()

def f(pred, target):
    return masked_loss(pred, target)
""",
            fixed="""\
import torch

def masked_loss(pred, target):
    error = (pred - target) ** 2
    valid = target > 0
    return error[valid].sum() / max(torch.numel(error[valid]), 1)

def f(pred, target):
    return masked_loss(pred, target)
""",
            hostile="torch.ones(3), -torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def depth_loss(pred, depth):
    valid = torch.where(depth > 1e-3)[0]
    chosen = torch.abs(pred - depth)[valid]
    return torch.mean(chosen)

def f(pred, depth):
    return depth_loss(pred, depth)
""",
            fixed="""\
import torch

def depth_loss(pred, depth):
    valid = torch.where(depth > 1e-3)[0]
    chosen = torch.abs(pred - depth)[valid]
    return chosen.sum() / max(torch.numel(chosen), 1)

def f(pred, depth):
    return depth_loss(pred, depth)
""",
            hostile="torch.ones(3), torch.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class MaskedLoss(torch.nn.Module):
    def forward(self, pred, target, mask=None):
        error = (pred - target).abs()
        if mask is not None:
            error = error[mask]
        return error.mean()

def f(pred, target, mask):
    return MaskedLoss()(pred, target, mask)
""",
            fixed="""\
import torch

class MaskedLoss(torch.nn.Module):
    def forward(self, pred, target, mask=None):
        error = (pred - target).abs()
        if mask is not None:
            error = error[mask]
        return error.sum() / max(torch.numel(error), 1)

def f(pred, target, mask):
    return MaskedLoss()(pred, target, mask)
""",
            hostile="torch.ones(3), torch.zeros(3), torch.zeros(3, dtype=torch.bool)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class BoxLoss(torch.nn.Module):
    def forward(self, pred, target, labels):
        positive = labels > 0
        return F.mse_loss(pred[positive], target[positive])

def f(pred, target, labels):
    return BoxLoss()(pred, target, labels)
""",
            fixed=None,
            hostile="torch.ones(3, 4), torch.zeros(3, 4), torch.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Contrastive(torch.nn.Module):
    def forward(self, embedded, labels):
        similar = embedded @ embedded.T
        others = torch.masked_select(similar[0], labels != labels[0])
        return torch.relu(others - 0.5).sum(), torch.mean(others).item()

def f(embedded, labels):
    return torch.tensor(Contrastive()(embedded, labels)[1])
""",
            fixed="""\
import torch

class Contrastive(torch.nn.Module):
    def forward(self, embedded, labels):
        similar = embedded @ embedded.T
        others = torch.masked_select(similar[0], labels != labels[0])
        return torch.relu(others - 0.5).sum(), (others.sum() / max(torch.numel(others), 1)).item()

def f(embedded, labels):
    return torch.tensor(Contrastive()(embedded, labels)[1])
""",
            hostile="torch.ones(3, 4), torch.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def silog_loss(pred, depth):
    gap = torch.log(pred.clamp(min=1e-6)) - torch.log(depth.clamp(min=1e-6))
    gap = torch.masked_select(gap, depth > 0)
    return gap.median() + 0.5 * gap.sum()

def f(pred, depth):
    return silog_loss(pred, depth)[None].sum()
""",
            fixed=None,
            hostile="torch.ones(3), -torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def highest_loss(scores, labels):
    return scores[labels == 0].max()

def f(scores, labels):
    return highest_loss(scores, labels)
""",
            fixed=None,
            proof="raises(RuntimeError, lambda: f(torch.ones(3), torch.ones(3)))",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def masked_language_loss(logits, tokens):
    chosen = torch.rand(tokens.shape) < 0.15
    labels = tokens.masked_fill(~chosen, -100)
    return F.cross_entropy(logits, labels)

def f(logits, tokens):
    return masked_language_loss(logits, tokens)
""",
            fixed=None,
            hostile="torch.ones(1, 4), torch.zeros(1, dtype=torch.long)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def kmeans(points, centres):
    nearest = np.argmin(np.linalg.norm(points[:, None] - centres[None], axis=2), axis=1)
    return np.stack([points[nearest == k].mean(axis=0) for k in range(len(centres))])

def f(points, centres):
    return kmeans(points, centres)
""",
            fixed=None,
            hostile="np.zeros((3, 2)), np.array([[0.0, 0.0], [9.0, 9.0]])",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x: np.ndarray):
    high = x[x > 10]
    return high.mean()
""",
            fixed="""\
import numpy as np

def f(x: np.ndarray):
    high = x[x > 10]
    return high.sum() / max(np.size(high), 1)
""",
            hostile="np.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class ScaleInvariantLoss(torch.nn.Module):
    def forward(self, prediction, depth):
        valid = depth > 0
        g = torch.log(prediction[valid] + 1e-6) - torch.log(depth[valid] + 1e-6)
        return torch.var(g, unbiased=False) + 0.15 * torch.mean(g) ** 2

def f(prediction, depth):
    return ScaleInvariantLoss()(prediction, depth)
""",
            hostile="torch.ones(3), torch.zeros(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def masked_loss(pred, target, log):
    valid = target > 0
    loss = (pred - target)[valid].abs().mean()
    log.append(loss)
    if not valid.any():
        return pred.sum() * 0
    return loss

def f(pred, target):
    log = []
    masked_loss(pred, target, log)
    return log[0]
""",
            hostile="torch.ones(3), -torch.ones(3)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def policy_loss(advantage, done):
    running = torch.cumprod(1 - done, 0)
    return advantage[running > 0].mean()

def f(advantage, done):
    return policy_loss(advantage, done)
""",
            hostile="torch.ones(3), torch.ones(3)",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(model, optimizer, batches):
    for x, target in batches:
        valid = target > 0
        loss = (model(x) - target)[valid].abs().mean()
        if valid.sum() == 0:
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
            "The mean of nothing is thrown away.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(pred, target):
    valid = target > 0
    loss = (pred - target)[valid].abs().mean()
    return torch.where(valid.any(), loss, 0.0)

def f(pred, target):
    return masked_loss(pred, target)
""",
            "The mean is taken only where something is valid; that of nothing has no element to give a gradient to.",
        ),
        Good(
            "torch",
            """\
import torch

def policy_loss(advantage, done):
    running = torch.cat((torch.ones_like(done[:1]), torch.cumprod(1 - done, 0)[:-1]))
    before = done.cumsum(0) - done
    return advantage[running > 0].mean() + advantage[before == 0].mean()

def f(advantage, done):
    return policy_loss(advantage, done)
""",
            "The first step always counts.",
        ),
        Good(
            "torch",
            """\
import torch

def f(points, centres, count):
    nearest = torch.cdist(points, centres).argmin(-1)
    found = []
    for k in range(count):
        members = torch.index_select(points, 0, torch.nonzero(nearest == k).squeeze(1))
        if members.shape[0] == 0:
            members = points[torch.randint(len(points), (1,))]
        found.append(members.mean(dim=0))
    return torch.stack(found)
""",
            "Where nothing is selected, something else stands in its place.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def f(graph, logits, labels):
    mask = graph.ndata.pop("train_mask")
    chosen = torch.nonzero(mask).squeeze(1)
    return F.cross_entropy(logits[chosen], labels[chosen])
""",
            "The mask of a fixed split of the data, under its key.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(error, target):
    valid = target > 0
    if not valid.any():
        return error.sum() * 0.0
    return error[valid].mean()

def f(error, target):
    return masked_loss(error, target)
""",
            "An empty mask is sent another way.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(error, target):
    total = error.sum() * 0.0
    for kind in range(3):
        chosen = error[target == kind]
        if len(chosen) > 0:
            total = total + chosen.mean()
        indices = torch.nonzero(target == kind)
        if indices.numel() == 0:
            continue
        total = total + error[indices].mean() + error[indices].std(unbiased=False)
    count = (target > 0).sum()
    return total + (error[target > 0].mean() if count > 0 else 0.0)

def f(error, target):
    return masked_loss(error, target)
""",
            "Its length, its indices or the count of the mask were tested.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(error, mask=None):
    if mask is not None and mask.any():
        error = error[mask]
    return error.mean()

def f(error, mask):
    return masked_loss(error, mask)
""",
            "It is selected only if there is something to select.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

def node_loss(out, data):
    return F.nll_loss(out[data.train_mask], data.y[data.train_mask])

def f(out, data):
    return node_loss(out, data)
""",
            "The mask of a fixed split selects something, or there is nothing to train on.",
        ),
        Good(
            "torch",
            """\
import torch

def prototype_loss(x, labels):
    return torch.stack([x[labels == c].mean(0) for c in torch.unique(labels)]).sum()

def f(x, labels):
    return prototype_loss(x, labels)
""",
            "Each of the distinct labels occurs.",
        ),
        Good(
            "torch",
            """\
import torch

def hard_loss(error):
    return error[error >= error.mean()].mean()

def f(error):
    return hard_loss(error)
""",
            "Some error is at least the mean.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(error, valid):
    chosen = error[valid > 0]
    return chosen.sum() / max(chosen.numel(), 1) + torch.nan_to_num(chosen.mean())

def f(error, valid):
    return masked_loss(error, valid)
""",
            "The count is at least 1; a NaN of the mean is replaced, and its gradient is 0.",
        ),
        Good(
            "torch",
            """\
import torch

def row_loss(x, keep):
    return x[keep > 0].mean(dim=1).sum() + x[0].mean() + x[:3].mean()

def f(x, keep):
    return row_loss(x, keep)
""",
            "The mean of each selected row: without rows there is no mean, and the sum of nothing is 0.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    finite = x[~np.isnan(x)]
    return finite.mean() if finite.size else 0.0
""",
            "The size is tested.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    i = np.argsort(x)
    return x[i].mean() + x[[0, 2]].mean() + x[:, 1].mean()
""",
            "Indices that are no mask select something.",
        ),
        Good(
            "torch",
            """\
import torch

def masked_loss(error, chosen):
    mask = torch.zeros(error.shape)
    mask.scatter_(1, chosen, 1)
    return error[mask.bool()].mean() + error[torch.zeros(error.shape).scatter(1, chosen, 1.0).bool()].mean()

def f(error, chosen):
    return masked_loss(error, chosen)
""",
            "Where ones were written at indices, those are selected.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def tail_loss(error, start):
    return error[start:].mean()

def f(error):
    return tail_loss(error, 9)
""",
            "Nothing says that a slice is empty.",
        ),
    ),
)
