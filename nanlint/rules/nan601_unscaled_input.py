"""Pixels from 0 to 255, or other large numbers, that reach a network as they are."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval, number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.descent import overshoot
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.onward import standardised
from nanlint.reasoning.origins import NETWORKS, SAME_ELEMENTS
from nanlint.reasoning.predicting import arrived, only_predicts
from nanlint.reasoning.texts import wrapped
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

BYTES = Interval(0.0, 255.0)
LARGE = 128.0
PICTURES = SAME_ELEMENTS | {Op.TENSOR, Op.PAD, Op.POOL, Op.RECOLOR, Op.PIXELS, Op.SCALE_PIXELS, Op.JOIN, Op.DROPOUT}
"""What leaves the size of pixels as it is."""
DEEP = 10.0  # times too long a step, behind which further layers change little
LEARNED = frozenset({Op.WEIGHT, Op.NORMAL, Op.UNIFORM})
MAX_STEPS = 100


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LINEAR, Op.RECURRENT, Op.ATTENTION):
        if event.site.no_gradient:
            continue
        if event.operands and _unscaled(event.x) and (source := _source(event.x)) is not None:
            yield _draft(event, event.x, source, trace)
        elif event.operands:
            yield from _overshooting(event, event.x, trace)
    for event in trace.of(Op.MATMUL, Op.MULTIPLY):
        pair = event.operands[:2]
        for image, other in (pair, pair[::-1]) if len(pair) == 2 else ():
            if not _learned(other):
                continue
            if event.op is Op.MATMUL and _unscaled(image) and (source := _source(image)) is not None:
                yield _draft(event, image, source, trace)
                break
            if other.gradient and (event.op is Op.MATMUL or not image.kind.scalar):
                yield from _overshooting(event, image, trace)


def _unscaled(value: Value) -> bool:
    return value.known and value.range.lo >= 0.0 and LARGE <= value.range.hi <= BYTES.hi


def _source(value: Value) -> Value | None:
    """The image that was read, if every way leads to one and none of them scales it."""
    pending, found = [value], None
    seen: set[int] = set()
    while pending and len(seen) < MAX_STEPS:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        if current.range == BYTES and current.op in (Op.READ, Op.PIXELS):
            found = current
        elif current.op not in PICTURES or not current.made_by.operands or current.range.hi < LARGE:
            return None
        elif current.op is Op.JOIN:
            pending.extend(current.made_by.operands)
        else:
            pending.append(current.made_by.x)
    return found


def _learned(value: Value) -> bool:
    """A weight, scaled or shaped anew, or what may be one on some way through the branches."""
    pending, seen = [value], set[int]()
    while pending and len(seen) < MAX_STEPS:
        current = pending.pop()
        if current.op in LEARNED:
            return True
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        operands = current.made_by.operands
        if current.op is Op.JOIN:
            pending.extend(operands[:2])
        elif current.op in SAME_ELEMENTS | {Op.MULTIPLY, Op.DIVIDE} and operands:
            pending.append(next((operand for operand in operands if not operand.kind.scalar), operands[0]))
    return False


def _draft(event: Event, image: Value, source: Value, trace: Trace) -> Draft:
    asked = only_predicts(event, trace)
    effect = "a network trained on scaled pixels takes them for others" if asked else "gradients 255 times too large"
    return Draft(
        event=event,
        level=Level.NOTE if asked or standardised(event.result, trace) else Level.ERROR,
        message=f"pixels from 0 to 255 go into `{describe(event)}` as they are: {effect}",
        remedy="Divide by 255, or standardise the images, before the first layer.",
        evidence=(
            *trail(event, trace, image),
            Clue(event.node, "the network's first sum meets pixels up to 255", image),
        ),
        rewrite=_fitted(event, trace) or _divided(event, image, trace),
    )


def _overshooting(event: Event, data: Value, trace: Trace) -> Iterator[Draft]:
    """Numbers so large that gradient descent diverges: on a linear model surely, on a deep one in all likelihood."""
    found = overshoot(data, event, trace)
    layers = {id(layer.node) for layer in trace.of(*NETWORKS)}
    deep = len(layers) > 1
    if found is None or (deep and found.excess < DEEP):
        return
    how = "at least" if found.proven else "about"
    yield Draft(
        event=event,
        level=Level.ERROR if found.proven and not deep else Level.WARNING,
        message=f"numbers from {number(data.range.lo)} to {number(data.range.hi)} go into `{describe(event)}` as they "
        f"are: the curvature of the squared loss is {how} {number(round(found.curvature))}, and gradient descent at a "
        f"rate of {number(found.rate)} diverges from {number(2.0 / found.rate)} on",
        remedy="Standardise the inputs: subtract their mean and divide by their standard deviation.",
        evidence=trail(event, trace, data),
    )


def _fitted(event: Event, trace: Trace) -> Rewrite | None:
    """`model.fit(x, y)` of an array: its inputs are divided there."""
    for fit in trace.of(Op.FIT):
        written, given = fit.site.options.get("x"), fit.options.get("x")
        if given is not None and written is not None and arrived(event, fit) and _unscaled(given):
            edit = Replace(written, f"{wrapped(written)} / 255.0")
            return Rewrite("Divide by 255", Applicability.UNSAFE, (edit,))
    return None


def _converts(made: Event, event: Event) -> bool:
    """The call is written as a conversion: no layer that converts what it is called with, and no placeholder."""
    return isinstance(made.node, cst.Call) and made.node is not event.node and any(made.site.operands)


def _divided(event: Event, image: Value, trace: Trace) -> Rewrite | None:
    """Where the pixels become floating-point numbers, if that is one call; else the image itself."""
    value: Value | None = image
    while value is not None and value.op in PICTURES and value.op is not Op.JOIN and value.made_by.operands:
        made = trace.origin(value)
        if made is not None and value.op in (Op.CAST, Op.TENSOR) and value.dtype.floating:
            before = value.made_by.x
            if before.dtype is Dtype.INTEGER and _converts(made, event):
                edit = Replace(made.node, f"{wrapped(made.node)} / 255.0")
                return Rewrite("Divide by 255", Applicability.UNSAFE, (edit,))
        value = value.made_by.x
    made = trace.origin(image)
    if made is None or not isinstance(made.node, cst.Call) or made.node is event.node:
        return None
    if made.op not in (Op.READ, Op.RESHAPE):
        return None
    return Rewrite("Divide by 255", Applicability.UNSAFE, (Replace(made.node, f"{wrapped(made.node)} / 255.0"),))


_YEARS = """\
import torch
from torch import nn


def f(n):
    x = torch.tensor([[1990.0], [2000.0], [2010.0]])
    y = torch.tensor([[1.0], [2.0], [3.0]])
    model = nn.Linear(1, 1)
    optimizer = torch.optim.{}
    for _ in range(n):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return model.weight.detach()
"""
_STEPS = """\
import torch

def f(n):
    x = torch.arange(0.0, 50.0)[:, None]
    w = torch.zeros(1, 1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.01)
    for _ in range(n):
        loss = ((x{} @ w - 1.0) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return w.detach()
"""
_HEAD = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
_TRAIN = """\
    model = nn.Linear(784, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(60):
        optimizer.zero_grad()
        F.mse_loss(model(x), torch.ones(2, 1)).backward()
        optimizer.step()
    return model
"""


def _script(read: str, train: str = _TRAIN, head: str = _HEAD) -> str:
    return f"{head}def f(data):\n{read}{train}"


_BYTES = "    pixels = np.frombuffer(data, dtype=np.uint8).reshape(2, 784)\n"
_HOSTILE = "bytearray(range(224)) * 7"
_NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 1))

    def forward(self, x):
        return self.layers({given})


def f(data):
    x = torch.from_numpy(np.frombuffer(data, dtype=np.uint8).copy()).view(2, 1, 28, 28)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(60):
        optimizer.zero_grad()
        F.mse_loss(model(x), torch.ones(2, 1)).backward()
        optimizer.step()
    return model
"""
_BY_HAND = """\
import numpy as np


def f(data):
    x = np.frombuffer(data, dtype=np.uint8).reshape(2, 784){scale}
    w = np.random.randn(784, 1) * 0.01
    for _ in range(400):
        error = x @ w - 1.0
        w = w - 1e-3 * x.T @ error
    return w
"""


def _reader(read: str) -> str:
    """A reader that is not installed everywhere: imported in the function."""
    return f"{_HEAD}def f(path):\n{read}    return nn.Conv2d(3, 8, 3)(x)\n"


RULE = Rule(
    code="NAN601",
    name="unscaled-input",
    summary="Pixels from 0 to 255, or numbers too large for the rate, reach a network without being scaled.",
    why=(
        "Weights are drawn for inputs of size 1. With pixels up to 255 the first layer's outputs and every gradient are"
        " some hundred times too large: a linear model on 784 such pixels with a rate of 1e-3 overflows within a"
        " hundred steps; divided by 255 it converges. Readers of images give bytes; so do the raw arrays of published"
        " datasets."
    ),
    check=check,
    specific=30,
    remedy="Divide by 255, or standardise the images, before the first layer.",
    fix=Applicability.UNSAFE,
    fix_note="The network sees other numbers, so a model trained on unscaled pixels has to be trained again.",
    bad=(
        Bad(
            "torch",
            _script(_BYTES + "    x = torch.tensor(pixels).float()\n"),
            _script(_BYTES + "    x = torch.tensor(pixels).float() / 255.0\n"),
            hostile=_HOSTILE,
        ),
        Bad(
            "torch",
            _script(_BYTES + "    x = torch.tensor(pixels, dtype=torch.float32)\n"),
            _script(_BYTES + "    x = torch.tensor(pixels, dtype=torch.float32) / 255.0\n"),
            hostile=_HOSTILE,
        ),
        Bad(
            "torch",
            _script(_BYTES + "    x = torch.from_numpy(pixels.astype(np.float32))\n"),
            _script(_BYTES + "    x = torch.from_numpy(pixels.astype(np.float32) / 255.0)\n"),
            hostile=_HOSTILE,
        ),
        Bad(
            "torch",
            _HEAD + _NET.format(given="x.float()"),
            _HEAD + _NET.format(given="x.float() / 255.0"),
            hostile=_HOSTILE,
        ),
        Bad("numpy", _BY_HAND.format(scale=""), _BY_HAND.format(scale=" / 255.0"), hostile=_HOSTILE),
        Bad("torch", _YEARS.format("SGD(model.parameters(), lr=1e-3)"), hostile="60"),
        Bad("torch", _STEPS.format(""), hostile="200", level=Level.WARNING),
    ),
    good=(
        Good("torch", _STEPS.format(" / 49.0"), "Divided: the curvature is about 0.33, which allows rates up to 6."),
        Good("torch", _YEARS.format("Adam(model.parameters(), lr=1e-3)"), "Adam's steps have the length of its rate."),
        Good(
            "torch",
            _YEARS.format("SGD(model.parameters(), lr=1e-7)"),
            "Slow, but below the rate of 5e-7 from which on it diverges.",
        ),
        Good("torch", _script(_BYTES + "    x = torch.tensor(pixels).float().div(255)\n"), "Divided."),
        Good(
            "torch", _script(_BYTES + "    x = torch.tensor(pixels) / 255\n"), "Divided, which also makes floats of it."
        ),
        Good(
            "torch",
            _script(_BYTES + "    x = (torch.tensor(pixels).float() - 127.5) / 127.5\n"),
            "From -1 to 1.",
        ),
        Good(
            "torch",
            _HEAD + _NET.format(given="F.layer_norm(x.float(), [28, 28])"),
            "Standardised first.",
        ),
        Good(
            "torch",
            _HEAD + "def f(data):\n    tokens = torch.tensor(np.frombuffer(data, dtype=np.uint8)).long()\n"
            "    return nn.Embedding(256, 8)(tokens)\n",
            "Indices into an embedding are no sizes.",
        ),
        Good(
            "torch",
            _reader(
                "    import cv2\n    x = torch.from_numpy(cv2.imread(path)).permute(2, 0, 1).float()[None] / 255.0\n"
            ),
            "Divided.",
        ),
        Good(
            "torch",
            _reader(
                "    from PIL import Image\n    from torchvision import transforms\n"
                "    x = transforms.ToTensor()(Image.open(path).convert('RGB'))[None]\n"
            ),
            "`ToTensor` divides bytes by 255.",
        ),
        Good(
            "torch",
            _reader("    import torchvision\n    x = torchvision.io.read_image(path)[None].float().mul(1 / 255)\n"),
            "Multiplied by the reciprocal.",
        ),
        Good("numpy", _BY_HAND.format(scale=".astype(np.float64) / 256"), "Divided."),
    ),
    missed=(
        Miss(
            "torch",
            _HEAD
            + "def f(observation):\n    return nn.Conv2d(4, 8, 3)(torch.as_tensor(observation, dtype=torch.float32))\n",
            "That an environment's observations are pixels stands nowhere in the file.",
        ),
    ),
)
