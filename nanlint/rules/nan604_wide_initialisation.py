"""Weights that are drawn so large that a layer's output is many times its input."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.memory import memory
from nanlint.reasoning.moving import contains
from nanlint.reasoning.onward import PASSING, reaches, standardised
from nanlint.reasoning.origins import SAME_ELEMENTS, alternatives, strip
from nanlint.reasoning.placement import loop_around
from nanlint.reasoning.protocol import trains
from nanlint.reasoning.provenance import from_network
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.storage import attribute_name, owning_classes
from nanlint.reasoning.texts import code, wrapped
from nanlint.reasoning.weights import Weight, calls_of, extents, weights
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Option, Replace, Rewrite, Rule

MAX_GAIN = Option(
    "max-gain", float, 4.0, "How many times its inputs a layer's outputs may be: 4 is a standard deviation of 1 for 16."
)
PROVEN = 2.0  # times the limit: at 8, a standard deviation of 1 for 64 inputs
GRAVE = 4.0  # times the limit: at 16, for 256 inputs; whatever comes behind does not take that
NOT_WEIGHTS = re.compile(
    r"emb|tok|pos|latent|noise|proto|quer|code|fourier|freq|anchor|memor|cent(er|re|roid)|prompt|slot|induc|basis|class_?t"
    r"|cls|random|proj_?mat|(^|_)b(ias)?(_|\d|$)|mean|sigma|scale|prior"
)
"""Names of learned vectors that are meant to have size 1, and of random projections."""
WEIGHT_NAMES = re.compile(r"^w(\d|_|$|[a-z]{1,2}\d?$)|weight|kernel|theta|filter")
ACTIVATIONS = frozenset(
    {
        Op.SIGMOID,
        Op.TANH,
        Op.RELU,
        Op.SOFTMAX,
        Op.EXP,
        Op.MAXIMUM,
        Op.LEAKY_RELU,
        Op.LOG_SOFTMAX,
        Op.RECIPROCAL,
        Op.GELU,
    }
)
LOSSES = frozenset({Op.CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.SQUARED_ERROR})
SCORED = frozenset({Op.CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS})
"""Losses whose gradient is at most 1, however wrong the scores."""
SUMMED = SAME_ELEMENTS | {Op.ADD}
BOUNDING = frozenset({Op.SIGMOID, Op.TANH})
MULTIPLYING = frozenset({Op.MATMUL, Op.LINEAR, Op.RECURRENT, Op.ATTENTION})
DEEP = 10  # operations between a layer and the next


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    parameters = _parameters(trace)
    known = memory(trace)
    loaded = known.loads and not trains(trace)  # the draw is overwritten before anything is computed
    for weight in weights(trace):
        level = _level(weight, trace, limits.number(MAX_GAIN))
        if level is None or NOT_WEIGHTS.search(_name(weight.event).lower()):
            continue
        if weight.layer is None and not _learned(weight, parameters, trace):
            continue
        if weight.product is not None and _tamed(weight.product.result, trace):
            continue
        if not weight.event.site.in_place and known.covered & set(owning_classes(weight.event.site.frame)):
            continue
        yield _draft(weight, min(level, Level.NOTE) if loaded else level)


def _level(weight: Weight, trace: Trace, limit: float) -> Level | None:
    """A size that somebody wrote down is meant, unless it is a grave one; few inputs do little harm."""
    if weight.gain is None and weight.size < 1.0:
        return None
    if weight.gain is not None and weight.gain < limit:
        return None
    products = [weight.product] if weight.product is not None else calls_of(weight.layer, trace)
    if not products or any(standardised(product.result, trace) or _of_tables(product) for product in products):
        return Level.NOTE
    if weight.gain is None or weight.gain < PROVEN * limit or _harmless(weight, products, limit, trace):
        return Level.NOTE
    grave = weight.gain >= GRAVE * limit
    if weight.by_default and grave:
        return Level.ERROR
    judged = any(reaches(product.result, LOSSES, trace) for product in products)
    return Level.WARNING if judged and (grave or weight.by_default) else Level.NOTE


def _harmless(weight: Weight, products: list[Event], limit: float, trace: Trace) -> bool:
    """What stands behind the layer takes the size of its outputs, or nothing does."""
    if weight.product is not None and _tame_head(weight, weight.product, limit, trace):
        return True
    if all(_linear_regression(product, trace) or _once(weight, product, trace) for product in products):
        return True
    meant = not weight.by_default and weight.size < 1.0
    if meant and all(reaches(product.result, SCORED, trace, passing=SUMMED) for product in products):
        return True
    return all(_bounded(product, trace) for product in products)


def _tame_head(weight: Weight, product: Event, limit: float, trace: Trace) -> bool:
    """A loss whose gradient is bounded takes the sums as they are, and they are not large or its problem is convex.

    So it starts high and comes down: nothing stands behind that multiplies. Convex is what goes from data to the loss
    in a single product; small are the sums of few inputs, or of some more that are at most 1, whatever the loss.
    """
    inputs = [strip(x) for x in product.operands[:2] if strip(x).op not in (Op.WEIGHT, Op.NORMAL, Op.UNIFORM)]
    gain, grave = weight.gain or 0.0, GRAVE * limit
    ways = [strip(way) for x in inputs for way in alternatives(x)]
    small = gain <= grave and all(way.op is Op.RECURRENT or way.range.inside(-1.0, 1.0) for way in ways)
    if not reaches(product.result, SCORED, trace, passing=SUMMED):
        return small and not reaches(product.result, MULTIPLYING, trace, steps=DEEP, passing=PASSING | ACTIVATIONS)
    return gain < grave or small or not any(x.gradient for x in inputs)


def _linear_regression(product: Event, trace: Trace) -> bool:
    """A squared error of a single product of data: how far it starts from the end decides nothing of its steps."""
    data = [strip(x) for x in product.operands[:1]]
    squared = reaches(product.result, frozenset({Op.SQUARED_ERROR}), trace, passing=SUMMED)
    return squared and not any(from_network(x) or x.op in ACTIVATIONS for x in data)


def _bounded(product: Event, trace: Trace) -> bool:
    """A sigmoid or a tanh bounds the sums: it saturates and learns slowly, which NAN606 is about, but nothing grows."""
    return reaches(product.result, BOUNDING, trace, passing=SUMMED)


def _once(weight: Weight, product: Event, trace: Trace) -> bool:
    """An array that a script tries out, in no loop and without an optimizer: nothing is trained that could suffer."""
    event = weight.event
    drawn = registry.table(event.framework).accumulates and weight.layer is None
    beside = event.site.frame is product.site.frame and not event.result.gradient
    tried = drawn and (beside or event.site.frame.name == "")
    return tried and loop_around(product) is None and not any(True for _ in trace.of(Op.OPTIMIZER))


def _of_tables(product: Event) -> bool:
    """Both factors are parameters: how two tables of embeddings match, which is no sum of a layer's inputs."""
    drawn = (Op.WEIGHT, Op.NORMAL, Op.UNIFORM)
    return product.op is Op.MATMUL and all(strip(x).op in drawn for x in product.operands[:2])


def _parameters(trace: Trace) -> set[int]:
    """What parameters were made of, and what was drawn into them."""
    found: set[int] = set()
    for event in trace.of(Op.WEIGHT, *(Op.NORMAL, Op.UNIFORM)):
        if event.op is Op.WEIGHT or event.site.in_place:
            value = event.x if event.operands else event.result
            if event.op is not Op.WEIGHT:
                found.add(id(event.operation))
            while value.op in SAME_ELEMENTS and value.made_by.operands:
                value = value.made_by.x
            found.add(id(value.made_by))
    return found


def _learned(weight: Weight, parameters: set[int], trace: Trace) -> bool:
    """A parameter; or by its name, in front of an activation: weights of a network written by hand."""
    event = weight.event
    if len(extents(event)) == 1 and not event.site.in_place:
        return False
    if id(event.operation) in parameters or event.result.gradient:
        return True
    named = bool(WEIGHT_NAMES.search(_name(event).lower()))
    return named and weight.product is not None and reaches(weight.product.result, ACTIVATIONS, trace)


def _tamed(value: Value, trace: Trace) -> bool:
    """The product is scaled or standardised at once."""
    for use in trace.uses(value):
        if use.op in (Op.STANDARDIZE, Op.NORMALIZE, Op.DIVIDE, Op.MULTIPLY):
            return True
        if use.op in SAME_ELEMENTS and _tamed(use.result, trace):
            return True
    return False


def _name(event: Event) -> str:
    """What the weights are called: the target of the assignment, its key, or what is drawn into."""
    written = event.site.operands[0] if event.site.in_place and event.site.operands else None
    while isinstance(written, cst.Attribute) and written.attr.value in ("data", "weight"):
        written = written.value
    if isinstance(written, cst.Attribute):
        return written.attr.value
    if isinstance(written, cst.Name):
        return written.value
    match event.site.statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(slice=[part]))])]):
            return code(part).strip("\"'")
        case cst.SimpleStatementLine(body=[cst.Assign(value=cst.Dict(elements=entries))]):
            keys = [
                entry.key for entry in entries if isinstance(entry, cst.DictElement) and contains(entry, event.node)
            ]
            return code(keys[0]).strip("\"'") if keys else ""
    return attribute_name(event)


# the finding


def _draft(weight: Weight, level: Level) -> Draft:
    event, size = weight.event, number(round(weight.size, 3))
    inputs = "" if weight.fan_in is None else f" over {number(weight.fan_in)} inputs"
    grown = "" if weight.gain is None else f": outputs about {number(round(weight.gain, 1))} times as large as inputs"
    layer = f" of `{weight.layer.name.rpartition('.')[2]}`" if weight.layer is not None else ""
    evidence = [Clue(event.node, f"{describe(event)} draws numbers of size {size}", event.result)]
    if weight.product is not None:
        evidence.append(Clue(weight.product.node, f"{describe(weight.product)} adds up{inputs}", weight.product.result))
    return Draft(
        event=event,
        level=level,
        message=f"weights{layer} drawn with a size of {size}{inputs}{grown or ', however many inputs they add up'}",
        remedy="Scale by the number of inputs, as Glorot's or He's initialisation does, or divide by its root.",
        evidence=tuple(evidence),
        rewrite=_scaled(weight),
    )


def _scaled(weight: Weight) -> Rewrite | None:
    event = weight.event
    if event.site.in_place:
        written = event.site.operands[0] if event.site.operands else None
        if written is None or not _surely_matrix(weight, written):
            return None
        dotted = registry.table(event.framework).scaled_initializer
        if not dotted:
            return None
        name, imports = spell_name(event.site, dotted)
        edit = Replace(event.node, f"{name}({code(written)})")
        return Rewrite("Scale by the number of inputs and outputs", Applicability.UNSAFE, (edit,), imports)
    count = _inputs_node(weight)
    if count is None:
        return None
    edit = Replace(event.node, f"{code(event.node)} / {wrapped(count)}**0.5")
    return Rewrite("Divide by the root of the number of inputs", Applicability.UNSAFE, (edit,))


def _surely_matrix(weight: Weight, written: cst.BaseExpression) -> bool:
    return weight.layer is None or (isinstance(written, cst.Attribute) and not isinstance(written.value, cst.Call))


def _inputs_node(weight: Weight) -> cst.BaseExpression | None:
    """The expression for the extent that the product adds up."""
    call = weight.event.node
    if weight.product is None or not isinstance(call, cst.Call):
        return None
    arguments = [argument.value for argument in call.args if argument.keyword is None and not argument.star]
    tuples = [argument.value for argument in call.args if isinstance(argument.value, (cst.Tuple, cst.List))]
    written = [part.value for part in tuples[-1].elements] if tuples else arguments
    if weight.axis is None or len(written) != 2 or len(extents(weight.event)) != 2:
        return None
    return written[weight.axis]


_TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
_NUMPY = "import numpy as np\n\n\n"
_EXPLODES = "abs(f({})).mean() > 6"
_ROWS = "torch.randn(8, 400)"
_BIG = _EXPLODES.format(_ROWS)


def _applied(init: str, layer: str = "nn.Linear(400, 30)") -> str:
    return f"{_TORCH}def f(x):\n    layer = {layer}\n    {init}\n    return layer(x)\n"


_APPLY = """\
def init(m):
    if isinstance(m, nn.Linear):
        {init}


def f(x):
    model = nn.Sequential(nn.Linear(400, 30), nn.Tanh(), nn.Linear(30, 3))
    model.apply(init)
    return model[0](x)
"""
_MODULE = """\
class Affine(nn.Module):
    def __init__(self, inputs=400, outputs=30):
        super().__init__()
        self.weight = {made}
        {rest}

    def forward(self, x):
        return {forward}


def f(x):
    return Affine()(x)
"""


def _module(
    made: str, forward: str = "x @ self.weight", rest: str = "self.bias = nn.Parameter(torch.zeros(outputs))"
) -> str:
    return _TORCH + _MODULE.format(made=made, forward=forward, rest=rest)


def _loop(init: str) -> str:
    return f"""\
{_TORCH}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(400, 30)
        self.activation = nn.Tanh()
        for m in self.modules():
            if isinstance(m, nn.Linear):
                {init}

    def forward(self, x):
        return self.first(x)


def f(x):
    return Net()(x)
"""


def _by_hand(made: str) -> str:
    return f"{_NUMPY}def f(x):\n    W1 = {made}\n    h = np.tanh(x @ W1)\n    return np.arctanh(np.clip(h, -1, 1))\n"


def _in_dict(made: str) -> str:
    return (
        f'{_NUMPY}def f(x):\n    net = {{"W1": {made}, "b1": np.zeros(30)}}\n'
        '    h = np.tanh(x.dot(net["W1"]) + net["b1"])\n    return np.arctanh(np.clip(h, -1, 1))\n'
    )


_MIXED = """\
def f(x, heads):
    mixing = nn.Parameter(torch.randn(heads, heads){scale})
    return x @ mixing
"""
_NAMED = (
    _TORCH
    + """\
def f(x):
    layer = nn.Linear(400, 30)
    for name, p in layer.named_parameters():
        if {test}:
            nn.init.normal_(p)
    return layer(x)
"""
)
_SCORES = (
    _TORCH
    + """\
def f(x):
    layer = nn.Linear(400, 30)
    {init}
    return F.cross_entropy(layer(x), torch.zeros(len(x), dtype=torch.long))
"""
)
_SATURATED = "not np.isfinite(f(np.random.randn(8, 400))).all()"

RULE = Rule(
    code="NAN604",
    name="wide-initialisation",
    summary="Weights start so large that a layer's outputs are many times its inputs.",
    why=(
        "A sum of n products with weights of standard deviation 1 has standard deviation sqrt(n). Thirty such layers of"
        " 1024 overflow float32, four overflow float16, and a single one as the head starts the cross-entropy at 49."
        " `nn.init.normal_`, `trunc_normal_`, `normal_()` and `randn` draw with a standard deviation of 1 by default."
        " Reported where root(inputs) times the size of a weight is 4 or more, or where a size of 1 or more meets an"
        " unknown number of inputs. An error from 8 on, if nobody wrote the size down: a written one is meant, and a"
        " note unless the outputs go into a loss. A note as well where a normalisation follows, and for the"
        " scores of a cross-entropy below 16, or where they alone stand between the data and it, which is convex."
    ),
    check=check,
    specific=30,
    options=(MAX_GAIN,),
    remedy="Scale by the number of inputs: `xavier_normal_`, `kaiming_normal_`, or divide by its root.",
    fix=Applicability.UNSAFE,
    fix_note="Training starts from other weights: Xavier's, or divided by the root of the number of inputs.",
    bad=(
        Bad(
            "torch",
            _applied("nn.init.normal_(layer.weight)"),
            _applied("nn.init.xavier_normal_(layer.weight)"),
            proof=_BIG,
        ),
        Bad(
            "torch",
            _applied("layer.weight.data.normal_(0, 1)"),
            _applied("nn.init.xavier_normal_(layer.weight.data)"),
            proof=_BIG,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _applied("nn.init.uniform_(layer.weight, -1, 1)", "nn.Linear(400, 20)"),
            _applied("nn.init.xavier_normal_(layer.weight)", "nn.Linear(400, 20)"),
            proof=_BIG,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _applied("nn.init.trunc_normal_(layer.weight, std=1.0)", "nn.Conv2d(16, 3, 5)"),
            _applied("nn.init.xavier_normal_(layer.weight)", "nn.Conv2d(16, 3, 5)"),
            proof=_EXPLODES.format("torch.randn(1, 16, 5, 5)"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _TORCH + _APPLY.format(init="nn.init.normal_(m.weight, 0.0, 1.0)"),
            proof=_BIG,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _SCORES.format(init="nn.init.normal_(layer.weight, std=1.0)"),
            _SCORES.format(init="nn.init.xavier_normal_(layer.weight)"),
            proof="f(torch.randn(8, 400)) > 6",
            level=Level.WARNING,
        ),
        Bad("torch", _loop("m.weight.data.normal_()"), _loop("nn.init.xavier_normal_(m.weight.data)"), proof=_BIG),
        Bad(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs))", "x @ self.weight + self.bias"),
            _module("nn.Parameter(torch.randn(inputs, outputs) / inputs**0.5)", "x @ self.weight + self.bias"),
            proof=_BIG,
        ),
        Bad(
            "torch",
            _module("nn.Parameter(torch.randn(outputs, inputs))", "F.linear(x, self.weight, self.bias)"),
            _module("nn.Parameter(torch.randn(outputs, inputs) / inputs**0.5)", "F.linear(x, self.weight, self.bias)"),
            proof=_BIG,
        ),
        Bad(
            "torch",
            _module("nn.Parameter(torch.empty(inputs, outputs))", rest="nn.init.normal_(self.weight)"),
            _module("nn.Parameter(torch.empty(inputs, outputs))", rest="nn.init.xavier_normal_(self.weight)"),
            proof=_BIG,
        ),
        Bad(
            "torch",
            f"{_TORCH}def f(x):\n    w = torch.randn(400, 30, requires_grad=True)\n    return x.mm(w)\n",
            f"{_TORCH}def f(x):\n    w = torch.randn(400, 30, requires_grad=True) / 400**0.5\n    return x.mm(w)\n",
            proof=_BIG,
        ),
        Bad("torch", _NAMED.format(test='"bias" not in name'), proof=_BIG),
        Bad(
            "torch",
            _TORCH + _MIXED.format(scale=""),
            _TORCH + _MIXED.format(scale=" / heads**0.5"),
            proof="abs(f(torch.randn(8, 400), 400)).mean() > 6",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            _by_hand("np.random.randn(400, 30)"),
            _by_hand("np.random.randn(400, 30) / 400**0.5"),
            proof=_SATURATED,
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            _in_dict("np.random.randn(400, 30)"),
            _in_dict("np.random.randn(400, 30) / 400**0.5"),
            proof=_SATURATED,
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            _by_hand("np.random.normal(0.0, 1.0, size=(400, 30))"),
            _by_hand("np.random.normal(0.0, 1.0, size=(400, 30)) / 400**0.5"),
            proof=_SATURATED,
            level=Level.NOTE,
        ),
    ),
    good=(
        Good("torch", _applied("nn.init.normal_(layer.weight, std=0.02)"), "A fixed small size, as in GPT-2."),
        Good("torch", _applied("nn.init.kaiming_normal_(layer.weight)"), "Scaled by the number of inputs."),
        Good("torch", _applied("nn.init.normal_(layer.bias)"), "A bias is added, not summed up over inputs."),
        Good("torch", _NAMED.format(test='"bias" in name'), "Only biases are drawn."),
        Good("torch", _NAMED.format(test="p.shape[-1] < 16"), "Only what has few inputs is drawn."),
        Good(
            "torch",
            f"{_TORCH}def f(x):\n    cell = nn.GRUCell(400, 30)\n    for p in cell.parameters():\n"
            "        if p.dim() > 1:\n            nn.init.orthogonal_(p)\n        else:\n"
            "            nn.init.normal_(p)\n    return cell(x)\n",
            "Only biases, which have one dimension, are drawn.",
        ),
        Good(
            "torch",
            _module(
                "nn.Parameter(torch.randn(inputs, outputs))",
                rest="for p in self.parameters():\n            nn.init.xavier_uniform_(p)",
            ),
            "Drawn again, scaled by the number of inputs, before they are used.",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs))", rest="nn.init.xavier_uniform_(self.weight)"),
            "Drawn again by its name.",
        ),
        Good(
            "torch",
            _applied("layer.weight.data.normal_().mul_(0.02)"),
            "Scaled in the next call.",
        ),
        Good(
            "torch",
            f"{_TORCH}def scaled_(tensor, std):\n    with torch.no_grad():\n        tensor.uniform_(-1, 1)\n"
            "        tensor.erfinv_()\n        tensor.mul_(std)\n\n\n"
            "def f(x):\n    layer = nn.Linear(400, 30)\n    scaled_(layer.weight, 0.02)\n    return layer(x)\n",
            "The draw is the first step of a truncated normal distribution, which is scaled at the end.",
        ),
        Good(
            "torch",
            _applied(
                "nn.init.normal_(layer.weight, 0.0, 0.02)", "nn.ConvTranspose2d(4000, 64, 4, stride=2, padding=1)"
            ).replace("def f(x)", "def f(x, scale=1.0)"),
            "With a stride of 2, four of the sixteen entries of a kernel meet an input: 16000 inputs, not 64000.",
        ),
        Good(
            "torch",
            f"{_TORCH}def f(x, capsules=1152):\n    weight = nn.Parameter(torch.randn(capsules, 10, 16, 8))\n"
            "    expanded = weight.expand(len(x), *weight.size())\n    return torch.matmul(expanded, x)\n",
            "Eight inputs: `expand` leaves the last axes where they are.",
        ),
        Good("torch", _applied("nn.init.normal_(layer.weight)", "nn.Linear(8, 30)"), "Few inputs."),
        Good(
            "torch",
            f"{_TORCH}def f(x, channels=64):\n    start = nn.Parameter(torch.randn(1, channels, 4, 4))\n"
            "    return nn.Conv2d(channels, 3, 3)(start) + x\n",
            "A learned input of a layer, as a generator starts from.",
        ),
        Good(
            "torch",
            _applied("nn.init.normal_(layer.weight)", "nn.Embedding(400, 30)"),
            "A row of an embedding is taken, not summed up; size 1 is its default.",
        ),
        Good(
            "torch",
            _applied("nn.init.normal_(layer.weight, 1.0, 0.02)", "nn.BatchNorm1d(400)"),
            "The scale of a normalisation.",
        ),
        Good(
            "torch",
            _TORCH
            + _APPLY.format(init="bound = m.weight.size(1) ** -0.5\n        nn.init.uniform_(m.weight, -bound, bound)"),
            "The bound follows the number of inputs.",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs) * 0.02)"),
            "Scaled as it is drawn.",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs))", "x @ (self.weight * 0.05)"),
            "Scaled as it is used (an equalised learning rate).",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs))", "x @ F.normalize(self.weight, dim=0)"),
            "Normalised as it is used.",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(inputs, outputs))", rest="self.weight.data.mul_(0.02)"),
            "Scaled after it was drawn.",
        ),
        Good(
            "torch",
            _module("nn.Parameter(torch.randn(1, outputs, inputs))", "x + self.weight[:, 0]"),
            "A learned position is added.",
        ),
        Good(
            "torch",
            f"{_TORCH}def f(x):\n    prototypes = nn.Parameter(torch.randn(400, 30))\n    return x @ prototypes\n",
            "Prototypes are points among the inputs, not weights.",
        ),
        Good(
            "torch",
            f"{_TORCH}def f(w):\n    x = torch.randn(64, 400)\n    return x @ w\n",
            "Inputs, not weights.",
        ),
        Good(
            "numpy",
            f"{_NUMPY}def f(w):\n    X = np.random.randn(64, 400)\n    return np.tanh(X @ w)\n",
            "Inputs, not weights.",
        ),
        Good("numpy", _by_hand("np.random.randn(400, 30) * 0.01"), "Scaled as it is drawn."),
        Good("numpy", _by_hand("np.random.randn(400, 30) / np.sqrt(400)"), "Scaled by the number of inputs."),
        Good(
            "numpy",
            f"{_NUMPY}def f(x):\n    weights = np.random.randn(400, 1)\n"
            "    return x @ weights + np.random.randn(8, 1)\n",
            "A made-up regression problem, not a network.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _by_hand("np.random.randn(400, 30)")
            .replace("import numpy as np", "import torch")
            .replace("np.random", "torch")
            .replace("np.tanh", "torch.tanh")
            .replace("np.arctanh(np.clip(h, -1, 1))", "h")
            .replace("W1", "m"),
            "Random features: nothing says that the numbers will be learned.",
        ),
    ),
)
