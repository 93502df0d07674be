"""A last layer that starts so large that the sigmoid or softmax behind it saturates in front of a logarithm."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.interval import number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.origins import SAME_ELEMENTS
from nanlint.reasoning.weights import Weight, extents, weights
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Option, Rule

MAX_GAIN = Option("max-gain", float, 2.0, "The standard deviation that the logits may have for inputs of size 1.")
SQUASHING = frozenset({Op.SIGMOID, Op.SOFTMAX})
LOGARITHMS = frozenset(
    {Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.XLOGY, Op.BINARY_CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS}
)
PASSING = SAME_ELEMENTS | {Op.CLAMP, Op.ADD, Op.SUBTRACT, Op.RESHAPE}
MAX_STEPS = 8


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for weight in weights(trace):
        if weight.gain is None or weight.gain < limits.number(MAX_GAIN) or len(extents(weight.event)) == 1:
            continue
        for product in _outputs(weight, trace):
            squashed = _next(product.result, SQUASHING, trace)
            logged = None if squashed is None else _next(squashed.result, LOGARITHMS, trace)
            if squashed is not None and logged is not None:
                yield _draft(weight, product, squashed, logged)


def _outputs(weight: Weight, trace: Trace) -> Iterator[Event]:
    """The product that adds up these weights, or the calls of their layer."""
    layer = weight.layer
    if layer is None:
        yield from () if weight.product is None else (weight.product,)
        return
    for event in trace.of(layer.call.op):
        if any(event.options.get(name) is value for name, value in layer.options.items()):
            yield event


def _next(value: Value, wanted: frozenset[Op], trace: Trace, steps: int = MAX_STEPS) -> Event | None:
    """The first such operation that the value goes into."""
    for use in trace.uses(value):
        if use.op in wanted:
            return use
        if steps and use.op in PASSING and (found := _next(use.result, wanted, trace, steps - 1)) is not None:
            return found
    return None


def _draft(weight: Weight, product: Event, squashed: Event, logged: Event) -> Draft:
    gain = number(round(weight.gain or 0.0, 1))
    return Draft(
        event=weight.event,
        level=Level.STRICT,
        message=f"logits {gain} times as large as inputs: `{describe(squashed)}` saturates before `{describe(logged)}`",
        remedy="Start the last layer near zero (`std=0.01`), so that every class begins with the same probability.",
        evidence=(
            Clue(weight.event.node, f"weights of size {number(round(weight.size, 3))}", weight.event.result),
            Clue(product.node, f"logits {gain} times as large as the inputs", product.result),
            Clue(squashed.node, "probabilities near 0 and 1 from the first step", squashed.result),
            Clue(logged.node, "whose logarithm is large or infinite", logged.result),
        ),
    )


_HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"


def _head(init: str, squash: str = "torch.sigmoid(head(x))", layer: str = "nn.Linear(9, 2)") -> str:
    return (
        f"{_HEAD}def f(x):\n    head = {layer}\n    {init}\n    p = {squash}\n"
        "    return -torch.log(p.clamp(min=1e-6)).mean()\n"
    )


_LARGE = "f(8 * torch.randn(64, 9)).item() > 4"
_NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(9, 2)
        self.head.weight.data.normal_(0, {std})

    def forward(self, x):
        return torch.softmax(self.head(x), dim=-1)


def f(x):
    p = Net()(x)
    return -torch.log(p.clamp(min=1e-6)).mean()
"""

RULE = Rule(
    code="NAN606",
    name="saturating-head",
    summary="The last layer before a sigmoid or softmax starts with a large variance, and a logarithm follows.",
    why=(
        "A sigmoid is exactly 1 from a logit of 17 on, a softmax exactly 0 where one trails by 104. Near there"
        " gradients vanish and the logarithm is large or infinite, so a head should start with logits near 0."
        " Shown in strict mode, for logits of twice the inputs' size and more; from four times on it is"
        " wide-initialisation that reports it."
    ),
    check=check,
    specific=20,
    options=(MAX_GAIN,),
    optional=True,
    remedy="Start the last layer near zero (`std=0.01`), so that every class begins with the same probability.",
    bad=(
        Bad(
            "torch",
            _head("nn.init.normal_(head.weight)"),
            _head("nn.init.normal_(head.weight, std=0.01)"),
            proof=_LARGE,
            level=Level.STRICT,
        ),
        Bad("torch", _head("head.weight.data.normal_(0, 1.2)"), proof=_LARGE, level=Level.STRICT),
        Bad(
            "torch",
            _head("nn.init.normal_(head.weight)", "torch.softmax(head(x), dim=-1)"),
            proof=_LARGE,
            level=Level.STRICT,
        ),
        Bad("torch", _HEAD + _NET.format(std=1.0), _HEAD + _NET.format(std=0.01), proof=_LARGE, level=Level.STRICT),
    ),
    good=(
        Good("torch", _head("nn.init.normal_(head.weight, std=0.02)"), "Logits start near 0."),
        Good("torch", _head("nn.init.xavier_normal_(head.weight)"), "Logits start as large as the inputs."),
        Good("torch", _head("nn.init.zeros_(head.weight)"), "Logits start at 0."),
        Good("torch", _head("nn.init.normal_(head.bias)"), "Only the bias is drawn."),
    ),
    missed=(
        Miss(
            "torch",
            _head("head.weight.data = torch.randn(2, 9)"),
            "Weights that are assigned as a whole are not followed to their layer.",
        ),
    ),
)
