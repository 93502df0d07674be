"""Training in float16 without a scaled loss."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.frameworks import registry
from nanlint.frameworks.model import Framework
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.hyperparameters import constructions
from nanlint.reasoning.origins import NETWORKS, strip
from nanlint.reasoning.precision import dtype_of_parameters, history, model_casts, with_arrays
from nanlint.reasoning.protocol import Update, optimizer_of, updates
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule

SCALING = (Op.GRAD_SCALER, Op.UNSCALE, Op.SCALER_STEP, Op.SCALER_UPDATE)
_HALF = Dtype.FLOAT16
_COMMENT = re.compile(r"#.*")
_SCALED_ELSEWHERE = re.compile(
    r"scaler|loss_?scal|scaled?_loss|dynamic_?scale|graph_rewrite|accelerat|deepspeed|\bapex\b|lightning|\bfabric\b"
    r"|fp16_?optim|(?<!import )mixed_precision(?!\.experimental|\.set_|\.\w*policy|\s+(?:import|as)\b)",
    re.IGNORECASE,
)
"""Not the module in which policies are set: they scale nothing by themselves."""
COMPUTING = NETWORKS | {Op.MATMUL, Op.STANDARDIZE}


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    if next(trace.of(*SCALING), None) is not None:
        return
    drafts = [draft for draft in _unscaled(trace) if not _scales_elsewhere(draft.event, trace)]
    if drafts and not _names_scaling(trace.module):
        yield from drafts


def _unscaled(trace: Trace) -> Iterator[Draft]:
    for update in updates(trace):
        for backward in update.backwards:
            if backward.op is not Op.BACKWARD or _scaled(backward.x) or _helped(backward):
                continue
            if (region := _autocast(backward, trace)) is not None:
                yield _draft(backward, Level.WARNING, region, "autocast computes in float16")
            elif (cast := _cast(update, trace)) is not None:  # a GradScaler refuses float16 gradients
                yield _draft(backward, Level.NOTE, cast, "the parameters are float16")
            elif (half := _computed(backward, trace)) is not None:
                refused = not _table(backward).scales_half and any(dtype is _HALF for _, dtype in model_casts(trace))
                level = Level.NOTE if refused else Level.WARNING
                yield _draft(backward, level, half, "the network computes in float16")


def _scales_elsewhere(backward: Event, trace: Trace) -> bool:
    """The backward pass stands in another file of the run, which scales losses."""
    tree = trace.trees.get(backward.site.frame.path)
    return tree is not None and _names_scaling(tree)


def _names_scaling(module: cst.Module) -> bool:
    """The file names something that scales losses: a helper, a trainer, accelerate, Lightning, apex, DeepSpeed."""
    return _SCALED_ELSEWHERE.search(_COMMENT.sub("", code(module))) is not None


def _scaled(loss: Value) -> bool:
    """`(loss * 1024).backward()`."""
    loss = strip(loss)
    return loss.op is Op.MULTIPLY and any(x.kind.scalar and x.range.lo > 1.0 for x in loss.made_by.operands)


def _autocast(backward: Event, trace: Trace) -> Clue | None:
    """The region of float16 in which the loss was computed."""
    for event in history(backward.x, trace):
        region = event.site.autocast
        if region is not None and region.dtype is Dtype.FLOAT16 and _takes_part(event):
            return Clue(region.node, "autocast to float16")
    return None


def _cast(update: Update, trace: Trace) -> Clue | None:
    """Where the parameters became float16."""
    for construction in constructions(optimizer_of(update.step), trace):
        found = dtype_of_parameters(construction, trace)
        if found is not None and found[1] is Dtype.FLOAT16:
            return Clue(found[0].node, "the model is cast to float16")
    return None


def _helped(backward: Event) -> bool:
    """Something that may scale the loss runs the pass; where gradients are values, an optimizer only computes them."""
    plain = (Kind.TAPE,) if _table(backward).accumulates else (Kind.TAPE, Kind.OPTIMIZER)
    return any(operand.kind not in plain for operand in backward.operands[1:])


def _computed(backward: Event, trace: Trace) -> Clue | None:
    """Where a gradient goes through a layer or a product of matrices in float16, on its way to the parameters."""
    for event in history(backward.x, trace):
        if event.op in COMPUTING and event.result.dtype is _HALF and _takes_part(event):
            return Clue(event.node, "computes in float16", event.result)
    return None


def _table(backward: Event) -> Framework:
    return registry.table(with_arrays(backward))


def _takes_part(event: Event) -> bool:
    """It gives float16 that a gradient flows through, or may: a model of which nothing is known."""
    half = event.result.dtype is _HALF and event.result.gradient
    return (half or event.op is Op.OPAQUE) and not event.site.no_gradient


def _draft(backward: Event, level: Level, clue: Clue, reason: str) -> Draft:
    scaler = _table(backward).loss_scaler
    return Draft(
        backward,
        level,
        f"gradients in float16 without a {scaler.rpartition('.')[2]}: {reason}, where everything below 6e-8 is 0 and "
        "above 65504 infinite",
        f"Scale the loss with {scaler}, which also skips steps with infinite gradients, or use bfloat16.",
        evidence=(clue,),
    )


RULE = Rule(
    code="NAN504",
    name="unscaled-half-training",
    summary="Training in float16, under autocast, a policy or by casts, without a scaled loss.",
    why="Gradients are smaller than activations, and float16 ends at 6e-8: small ones become 0 and parts of the model "
    "stop learning, with no error. Large ones become infinite, and one such step makes the parameters NaN. A "
    "GradScaler multiplies the loss by 65536, divides the gradients again, and skips steps whose gradients are not "
    "finite; so do Keras' LossScaleOptimizer, which `compile` puts around the optimizer and a loop of one's own has to "
    "ask for, and Flax' DynamicScale. bfloat16 has the exponents of float32 and needs none; nor does inference. "
    "Parameters of PyTorch that are float16 themselves get a note: no scaler takes their gradients.",
    check=check,
    specific=20,
    remedy="Wrap the step: `scaler.scale(loss).backward()`, `scaler.step(optimizer)`, `scaler.update()`; or let "
    "autocast use `dtype=torch.bfloat16`. With Keras, differentiate `optimizer.scale_loss(loss)`; with Flax, use "
    "`dynamic_scale.value_and_grad`. Keep the parameters in float32.",
    references=("https://docs.pytorch.org/docs/stable/notes/amp_examples.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torch.autocast("cpu", dtype=torch.float16):
        loss = model(x).mean() * 1e-3
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return model.weight.grad
""",
            fixed="""\
import torch
from torch import nn

def f(x):
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu")
    with torch.autocast("cpu", dtype=torch.float16):
        loss = model(x).mean() * 1e-3
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return model.weight.grad
""",
            proof="bool((f(torch.full((64, 4), 1e-6)) == 0).all())",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc(x).mean() * 1e-3

def f(x):
    torch.manual_seed(0)
    model = Net().half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        loss = model(x.half())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model.fc.weight.grad
""",
            proof="bool((f(torch.full((64, 4), 1e-6)) == 0).all())",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    @torch.autocast("cpu", dtype=torch.float16)
    def forward(self, x):
        return self.fc(x)

def train(model, optimizer, batches):
    for x in batches:
        optimizer.zero_grad()
        loss = model(x).mean() * 1e-3
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

def f(x):
    torch.manual_seed(0)
    model = Net()
    train(model, torch.optim.SGD(model.parameters(), lr=0.01), [x, x])
    return model.fc.weight.grad
""",
            proof="bool((f(torch.full((64, 4), 1e-6)) == 0).all())",
            level=Level.WARNING,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torch.autocast("cuda", dtype=torch.bfloat16):
        loss = model(x).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
            "bfloat16 has the exponents of float32.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torch.autocast("cpu"):
        loss = model(x).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
            "Autocast on a CPU computes in bfloat16 unless told otherwise.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    scaler = torch.cuda.amp.GradScaler()
    with torch.cuda.amp.autocast():
        loss = model(x).mean()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
""",
            "A GradScaler.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x):
    model = nn.Linear(4, 1).half()
    with torch.no_grad():
        return model(x.half())
""",
            "Inference needs no scale.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x, accelerator):
    model = nn.Linear(4, 1).half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss = model(x).mean()
    accelerator.backward(loss)
    accelerator.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
            "accelerate scales the loss itself.",
        ),
        Good(
            "torch",
            """\
import torch
from torch import nn

def f(x, teacher):
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torch.no_grad(), torch.autocast("cuda", dtype=torch.float16):
        target = teacher(x).float()
    loss = (model(x) - target).pow(2).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
            "Only the teacher, through which no gradient flows, runs in float16.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(model, optimizer, criterion, x, y, dtype):
    with torch.autocast("cuda", dtype=dtype):
        loss = criterion(model(x), y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
            "The dtype of the region is not known.",
        ),
    ),
)
