"""A softmax over rows of which every entry can be minus infinity."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.aftermath import repaired
from nanlint.reasoning.conditions import unshaped
from nanlint.reasoning.context import in_training, quiet
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.grading import HOW, clues, graded, mask_text
from nanlint.reasoning.guarding import bare, quoted
from nanlint.reasoning.masks import Hidden, Way, is_lowest, ways
from nanlint.reasoning.origins import SAME_ELEMENTS
from nanlint.reasoning.unmasking import finite_fill
from nanlint.reasoning.visibility import Cover, cover, culprit, guarded
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

OF_ROWS = (Op.SOFTMAX, Op.LOG_SOFTMAX, Op.GUMBEL_SOFTMAX, Op.LOGSUMEXP, Op.CROSS_ENTROPY)
WITH_WEIGHTS = 4  # the operand of an attention layer that says whether it returns the weights
PADDING = 3  # the operand of an attention layer that hides keys


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(*OF_ROWS):
        found = max(ways(event.x, trace), key=cover, default=())
        if not found or cover(found) is Cover.NEVER or guarded(found, trace):
            continue
        saved = repaired(event, trace) or _overwritten(event, trace, found)
        if saved and not any(hidden.added for hidden in found):
            continue  # replaced scores have the gradient 0, and the NaN is replaced, too
        how, level = graded(event, found, trace)
        yield Draft(
            event,
            min(level, Level.NOTE) if saved else level,
            f"{describe(event)} over scores of which {mask_text(culprit(found), trace)} {HOW[how]}: "
            f"{_consequence(event, found)}",
            "Fill with the lowest finite number of the dtype instead of -inf, or make sure that every row keeps one "
            "entry.",
            evidence=tuple(clues(found, trace)),
            rewrite=finite_fill(event, found, trace),
        )
    yield from _layers(trace)


def _consequence(event: Event, found: Way) -> str:
    if event.op is not Op.LOGSUMEXP:
        return "-inf minus -inf is NaN"
    return "-inf, and a NaN gradient" if any(hidden.added for hidden in found) else "the result is -inf"


def _overwritten(event: Event, trace: Trace, found: Way) -> bool:
    """The same mask puts a number in the place of every NaN afterwards."""
    hidden = {unshaped(part.condition).number for part in found}
    pending, seen = [event.result], set[int]()
    while pending and len(seen) < 20:
        for user in trace.uses(pending.pop()):
            if id(user) in seen:
                continue
            seen.add(id(user))
            if user.op in (Op.MASKED_FILL, Op.WHERE) and len(user.operands) == 3:
                condition = user.operands[1 if user.op is Op.MASKED_FILL else 0]
                if unshaped(condition).number in hidden and any(not is_lowest(x) for x in user.operands[1:]):
                    return True
            if user.op in SAME_ELEMENTS or user.op is Op.DROPOUT:
                pending.append(user.result)
    return False


def _layers(trace: Trace) -> Iterator[Draft]:
    """Attention layers that return their weights compute the softmax by hand."""
    for event in trace.of(Op.ATTENTION):
        if len(event.operands) <= PADDING or quiet(event.site):
            continue
        if len(event.operands) > WITH_WEIGHTS and event.operands[WITH_WEIGHTS].constant is False:
            continue
        mask = event.operands[PADDING]
        way = (Hidden(mask, True, mask),)
        if mask.kind is Kind.NONE or cover(way) is Cover.NEVER or guarded(way, trace):
            continue
        found = cover(way)
        node = event.site.operands[PADDING]
        sure = found in (Cover.ALWAYS, Cover.SHORT, Cover.EMPTY) and in_training(event.site)
        yield Draft(
            event,
            Level.ERROR if found is Cover.ALWAYS else Level.NOTE if sure else Level.STRICT,
            f"attention with a padding mask, {quoted(node)}, that {HOW[found]}: with `need_weights`, the default, "
            "its output is NaN, and so are the gradients of its projections for the whole batch",
            "Pass `need_weights=False`, where such a row gives 0, or make sure that every row keeps one entry.",
            evidence=() if (made := trace.origin(mask)) is None else (Clue(made.node, "the mask", mask),),
            rewrite=_without_weights(event, trace),
        )


def _without_weights(event: Event, trace: Trace) -> Rewrite | None:
    """`need_weights=False`, where nothing takes the weights."""
    call, parts = event.node, event.site.statement
    taken = isinstance(parts, cst.SimpleStatementLine) and _first_only(parts, call)
    if not isinstance(call, cst.Call) or not taken or len(event.operands) > WITH_WEIGHTS:
        return None
    arguments = [
        *call.args,
        cst.Arg(
            cst.Name("False"),
            keyword=cst.Name("need_weights"),
            equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        ),
    ]
    text = bare(
        call.with_changes(args=[argument.with_changes(comma=cst.MaybeSentinel.DEFAULT) for argument in arguments])
    )
    return Rewrite("Pass need_weights=False", Applicability.UNSAFE, (Replace(call, text),))


def _first_only(line: cst.SimpleStatementLine, call: cst.CSTNode) -> bool:
    """`out, _ = layer(...)` or `layer(...)[0]`."""
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=[_, second]))], value=value)]:
            return value is call and isinstance(second.value, cst.Name) and second.value.value.startswith("_")
        case [cst.Assign(value=cst.Subscript(value=value, slice=[index]))] | [
            cst.Return(value=cst.Subscript(value=value, slice=[index]))
        ]:
            first = index.slice.value if isinstance(index.slice, cst.Index) else None
            return value is call and isinstance(first, cst.Integer) and first.value == "0"
    return False


RULE = Rule(
    code="NAN111",
    name="fully-masked-softmax",
    summary="A softmax over rows whose every entry can be -inf.",
    why="A softmax subtracts the largest entry: in a row of -inf that is -inf minus -inf, NaN. One empty sequence, one "
    "padded query whose row is masked as well, and the NaN spreads through the values and their gradients to every "
    "weight. A causal mask never does that, since each position sees itself. With a finite fill such as "
    "`finfo(dtype).min` the row becomes uniform instead.",
    check=check,
    specific=20,
    remedy="Fill with the lowest finite number of the dtype, or keep one entry of every row visible.",
    fix=Applicability.UNSAFE,
    fix_note="A row that is hidden altogether becomes uniform instead of NaN; all other rows stay as they are.",
    bad=(
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Attention(torch.nn.Module):
    def forward(self, q, k, v, lengths):
        scores = q @ k.transpose(-2, -1)
        mask = torch.arange(k.size(1))[None, :] < lengths[:, None]
        scores = scores.masked_fill(~mask[:, None, :], float("-inf"))
        return F.softmax(scores, dim=-1) @ v

def f(q, k, v, lengths):
    return Attention()(q, k, v, lengths)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Attention(torch.nn.Module):
    def forward(self, q, k, v, lengths):
        scores = q @ k.transpose(-2, -1)
        mask = torch.arange(k.size(1))[None, :] < lengths[:, None]
        scores = scores.masked_fill(~mask[:, None, :], torch.finfo(scores.dtype).min)
        return F.softmax(scores, dim=-1) @ v

def f(q, k, v, lengths):
    return Attention()(q, k, v, lengths)
""",
            hostile="torch.rand(2, 3, 4), torch.rand(2, 3, 4), torch.rand(2, 3, 4), torch.tensor([2, 0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Pool(torch.nn.Module):
    def __init__(self, pad=0):
        super().__init__()
        self.pad = pad
        self.softmax = torch.nn.Softmax(dim=-1)

    def forward(self, scores, tokens):
        keep = tokens != self.pad
        pair = keep.unsqueeze(1) & keep.unsqueeze(2)
        return self.softmax(torch.where(pair, scores, -torch.inf))

def f(scores, tokens):
    return Pool()(scores, tokens)
""",
            fixed="""\
import torch

class Pool(torch.nn.Module):
    def __init__(self, pad=0):
        super().__init__()
        self.pad = pad
        self.softmax = torch.nn.Softmax(dim=-1)

    def forward(self, scores, tokens):
        keep = tokens != self.pad
        pair = keep.unsqueeze(1) & keep.unsqueeze(2)
        return self.softmax(torch.where(pair, scores, torch.finfo(scores.dtype).min))

def f(scores, tokens):
    return Pool()(scores, tokens)
""",
            hostile="torch.rand(1, 3, 3), torch.tensor([[5, 7, 0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Previous(torch.nn.Module):
    def forward(self, q, k):
        n = q.size(0)
        earlier = torch.tril(torch.ones(n, n), diagonal=-1).bool()
        scores = q @ k.T
        scores[~earlier] = float("-inf")
        return scores.log_softmax(-1)

def f(q, k):
    return Previous()(q, k)[1:, :1]
""",
            fixed="""\
import torch

class Previous(torch.nn.Module):
    def forward(self, q, k):
        n = q.size(0)
        earlier = torch.tril(torch.ones(n, n), diagonal=-1).bool()
        scores = q @ k.T
        scores[~earlier] = torch.finfo(scores.dtype).min
        return scores.log_softmax(-1)

def f(q, k):
    return Previous()(q, k)[1:, :1]
""",
            proof="not f(torch.ones(3, 2), torch.ones(3, 2)).isfinite().all() "
            "or Previous()(torch.ones(3, 2), torch.ones(3, 2))[0].isnan().all()",
        ),
        Bad(
            "torch",
            """\
import torch

class Decoder(torch.nn.Module):
    def forward(self, scores):
        n = scores.size(-1)
        mask = torch.triu(torch.full((n, n), -torch.inf))
        return (scores + mask).softmax(-1)

def f(scores):
    return Decoder()(scores)
""",
            fixed=None,
            hostile="torch.rand(3, 3)",
        ),
        Bad(
            "torch",
            """\
import torch

class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x, lengths):
        padding = torch.arange(x.size(1)) >= lengths.unsqueeze(1)
        out, _ = self.attention(x, x, x, key_padding_mask=padding)
        return out

def f(x, lengths):
    return Layer()(x, lengths)
""",
            fixed="""\
import torch

class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x, lengths):
        padding = torch.arange(x.size(1)) >= lengths.unsqueeze(1)
        out, _ = self.attention(x, x, x, key_padding_mask=padding, need_weights=False)
        return out

def f(x, lengths):
    return Layer()(x, lengths)
""",
            hostile="torch.rand(2, 3, 4), torch.tensor([2, 0])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def attend(scores, padding_mask):
    bias = torch.zeros_like(scores).masked_fill_(padding_mask, float("-inf"))
    return torch.softmax(scores + bias, dim=-1)

def f(scores, padding_mask):
    return attend(scores, padding_mask)
""",
            fixed="""\
import torch

def attend(scores, padding_mask):
    bias = torch.zeros_like(scores).masked_fill_(padding_mask, torch.finfo(scores.dtype).min)
    return torch.softmax(scores + bias, dim=-1)

def f(scores, padding_mask):
    return attend(scores, padding_mask)
""",
            hostile="torch.rand(1, 3), torch.ones(1, 3, dtype=torch.bool)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        scores.masked_fill_(mask[:, :, None] == 0, float("-inf"))
        return F.softmax(scores, dim=-1)

def f(scores, mask):
    return Attention()(1.0 * scores, mask)
""",
            fixed="""\
import torch
import torch.nn.functional as F

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        scores.masked_fill_(mask[:, :, None] == 0, torch.finfo(scores.dtype).min)
        return F.softmax(scores, dim=-1)

def f(scores, mask):
    return Attention()(1.0 * scores, mask)
""",
            hostile="torch.rand(1, 2, 3), torch.tensor([[1, 0]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
import torch.nn.functional as F

def policy_loss(scores, valid_mask, actions):
    scores = torch.where(valid_mask, scores, torch.tensor(float("-inf")))
    return F.cross_entropy(scores, actions)

def f(scores, valid_mask, actions):
    return policy_loss(scores, valid_mask, actions)
""",
            fixed="""\
import torch
import torch.nn.functional as F

def policy_loss(scores, valid_mask, actions):
    scores = torch.where(valid_mask, scores, torch.finfo(scores.dtype).min)
    return F.cross_entropy(scores, actions)

def f(scores, valid_mask, actions):
    return policy_loss(scores, valid_mask, actions)
""",
            hostile="torch.rand(1, 3), torch.zeros(1, 3, dtype=torch.bool), torch.tensor([1])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def partition_loss(scores, targets, pad):
    scores = scores + torch.where(targets == pad, float("-inf"), 0.0)
    return torch.logsumexp(scores, dim=1).mean()

def f(scores, targets):
    return partition_loss(scores, targets, 0)
""",
            fixed="""\
import torch

def partition_loss(scores, targets, pad):
    scores = scores + torch.where(targets == pad, torch.finfo(scores.dtype).min, 0.0)
    return torch.logsumexp(scores, dim=1).mean()

def f(scores, targets):
    return partition_loss(scores, targets, 0)
""",
            hostile="torch.rand(2, 3), torch.tensor([[1, 2, 0], [0, 0, 0]])",
            level=Level.NOTE,  # a sequence of padding alone is rare
        ),
        Bad(
            "numpy",
            """\
import numpy as np
from scipy.special import softmax

def forward(scores, lengths):
    mask = np.arange(scores.shape[1]) < lengths[:, None]
    return softmax(np.where(mask, scores, -np.inf), axis=1)

def f(scores, lengths):
    return forward(scores, lengths)
""",
            fixed="""\
import numpy as np
from scipy.special import softmax

def forward(scores, lengths):
    mask = np.arange(scores.shape[1]) < lengths[:, None]
    return softmax(np.where(mask, scores, np.finfo(scores.dtype).min), axis=1)

def f(scores, lengths):
    return forward(scores, lengths)
""",
            hostile="np.ones((2, 3)), np.array([2, 0])",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

class Causal(torch.nn.Module):
    def __init__(self, n=8):
        super().__init__()
        self.register_buffer("seen", torch.tril(torch.ones(n, n)).view(1, 1, n, n))

    def forward(self, q, k, v):
        t = q.size(-2)
        scores = (q @ k.transpose(-2, -1)).masked_fill(self.seen[:, :, :t, :t] == 0, float("-inf"))
        return scores.softmax(dim=-1) @ v

def f(q, k, v):
    return Causal()(q, k, v)
""",
            "Under a causal mask every position sees itself.",
        ),
        Good(
            "torch",
            """\
import torch

class Causal(torch.nn.Module):
    def forward(self, scores):
        n = scores.size(-1)
        mask = (torch.triu(torch.ones(n, n)) == 1).transpose(0, 1)
        mask = mask.float().masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, 0.0)
        future = torch.triu(torch.full((n, n), float("-inf")), diagonal=1)
        later = torch.arange(n)[None, :] > torch.arange(n)[:, None]
        return (scores + mask + future).masked_fill(later, -torch.inf).softmax(-1)

def f(scores):
    return Causal()(scores)
""",
            "Causal masks of every spelling, added and filled.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, mask):
        low = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min).softmax(-1)
        return low + (scores + (1.0 - mask) * -1e9).softmax(-1)

def f(scores, mask):
    return Attention()(scores, mask)
""",
            "With a finite fill a row that is hidden altogether becomes uniform.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, lengths):
        padding = torch.arange(scores.size(-1)) >= lengths.unsqueeze(1)
        weights = scores.masked_fill(padding, float("-inf")).softmax(-1)
        return weights.masked_fill(padding, 0.0)

def f(scores, lengths):
    return Attention()(scores, lengths)
""",
            "The same mask puts 0 in the place of every NaN, and replaced scores have the gradient 0.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, lengths):
        padding = torch.arange(scores.size(-1)) >= lengths.unsqueeze(1)
        empty = padding.all(dim=-1, keepdim=True)
        scores = scores.masked_fill(padding, float("-inf")).masked_fill(empty, 0.0)
        return scores.softmax(-1)

def f(scores, lengths):
    return Attention()(scores, lengths)
""",
            "Rows that are hidden altogether are shown again before the softmax.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, tokens):
        padding = tokens == 0
        padding[:, 0] = False
        return scores.masked_fill(padding, float("-inf")).softmax(-1)

def f(scores, tokens):
    return Attention()(scores, tokens)
""",
            "The first token is always visible.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, tokens):
        hidden = scores.masked_fill(tokens == 0, float("-inf"))
        sink = torch.zeros(scores.size(0), 1)
        return torch.cat([sink, hidden], dim=-1).softmax(-1)[:, 1:]

def f(scores, tokens):
    return Attention()(scores, tokens)
""",
            "A column in front that nothing hides takes what an empty row would.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, lengths):
        lengths = lengths.clamp(min=1)
        mask = torch.arange(scores.size(-1)) < lengths.unsqueeze(1)
        return scores.masked_fill(~mask, float("-inf")).softmax(-1)

def f(scores, lengths):
    return Attention()(scores, lengths)
""",
            "Every sequence has a first token.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, tokens, width):
        n = scores.size(-1)
        itself = torch.eye(n, dtype=torch.bool)
        seen = (tokens != 0) | itself
        hidden = tokens == 0
        hidden.fill_diagonal_(False)
        place = torch.arange(n)
        far = (place[:, None] - place[None, :]).abs() > width
        together = tokens[:, :, None] == tokens[:, None, :]
        return (
            torch.where(seen, scores, float("-inf")).softmax(-1)
            + scores.masked_fill(hidden, float("-inf")).softmax(-1)
            + scores.masked_fill(far, float("-inf")).softmax(-1)
            + scores.masked_fill(~together, float("-inf")).softmax(-1)
        )

def f(scores, tokens):
    return Attention()(scores, tokens, 1)
""",
            "Each position sees itself: by the diagonal, in a window, among equal tokens.",
        ),
        Good(
            "torch",
            """\
import torch

class Graph(torch.nn.Module):
    def forward(self, scores, edges):
        edges = edges + torch.eye(edges.size(0))
        return scores.masked_fill(edges == 0, float("-inf")).softmax(1)

def f(scores, edges):
    return Graph()(scores, edges)
""",
            "Every node of a graph with self-loops has a neighbour.",
        ),
        Good(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, tokens):
        seen = tokens != 0
        assert seen.any(dim=-1).all(), "an empty sequence"
        return scores.masked_fill(~seen, float("-inf")).softmax(-1)

def f(scores, tokens):
    return Attention()(scores, tokens)
""",
            "It is asserted that every row keeps one entry.",
        ),
        Good(
            "torch",
            """\
import torch

def sample(logits, k):
    top, _ = torch.topk(logits, k)
    logits[logits < top[:, [-1]]] = -float("inf")
    return logits.softmax(-1)

def f(logits):
    return sample(logits, 2)
""",
            "The k largest logits are left.",
        ),
        Good(
            "torch",
            """\
import torch

def contrast(z):
    similarity = z @ z.T
    itself = torch.eye(z.size(0), dtype=torch.bool)
    return similarity.masked_fill(itself, float("-inf")).log_softmax(-1).diagonal(1)

def f(z):
    return contrast(z)
""",
            "Only one entry of a row is hidden.",
        ),
        Good(
            "torch",
            """\
import torch

class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x, tokens):
        return self.attention(x, x, x, key_padding_mask=tokens == 0, need_weights=False)[0]

def f(x, tokens):
    return Layer()(x, tokens)
""",
            "Without the weights the layer takes a kernel that gives 0 for an empty row.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F

class Layer(torch.nn.Module):
    def forward(self, q, k, v, lengths):
        mask = torch.arange(k.size(1))[None, None, :] < lengths[:, None, None]
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

def f(q, k, v, lengths):
    return Layer()(q, k, v, lengths)
""",
            "The fused kernel gives 0 for a row that is hidden altogether.",
        ),
        Good(
            "numpy",
            """\
import numpy as np
from scipy.special import softmax

def forward(scores):
    n = scores.shape[-1]
    return softmax(np.where(np.tril(np.ones((n, n))) == 1, scores, -np.inf), axis=-1)

def f(scores):
    return forward(scores)
""",
            "A causal mask.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

class Attention(torch.nn.Module):
    def forward(self, scores, visible):
        scores[:, visible:] = float("-inf")
        return scores.softmax(-1)

def f(scores):
    return Attention()(scores, 0)
""",
            "Nothing says that the columns that are hidden can be all.",
        ),
    ),
)
