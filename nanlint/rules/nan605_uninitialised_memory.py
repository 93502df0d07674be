"""An array that is memory as it was found, used before anything was written into it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.objects import Elements
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import named_test
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.memory import SILENT, Memory, memory
from nanlint.reasoning.origins import NETWORKS
from nanlint.reasoning.predicting import only_predicts
from nanlint.reasoning.protocol import trains
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.storage import (
    attribute_name,
    bases_known,
    frozen,
    in_plain_list,
    instantiated,
    owner_of,
    unwritten,
)
from nanlint.reasoning.unseen import written_unseen
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

LAYERS_OWN = ("weight", "bias")
REMEDY = "Initialise it where it is made: zeros for a bias, a scaled random draw for weights."


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    made = {id(event.operation): event for event in trace.of(Op.EMPTY) if _holds_floats(event)}
    if not made:
        return
    known = memory(trace)
    settled: set[int] = set()
    for parameter in trace.of(Op.WEIGHT):
        for event in _made(parameter.x, made, trace) if parameter.operands else ():
            settled.add(id(event.node))
            if known.forgotten(parameter, event) and not written_unseen(parameter, trace):
                yield _forgotten(event, parameter, known, trace)
    for number, use in enumerate(trace.events):
        if use.op in SILENT or (use.site.in_place and use.op in (Op.CAST, Op.COPY)) or _unread(use):
            continue
        for operand in use.operands:
            for event in _made(operand, made, trace):
                if id(event.node) not in settled and _unwritten_at(event, use, number, known):
                    settled.add(id(event.node))
                    yield _read(event, use, known, trace)


def _holds_floats(event: Event) -> bool:
    """Floating-point numbers, and at least one of them; not on a device that holds none."""
    if event.result.dtype in (Dtype.INTEGER, Dtype.BOOLEAN):
        return False
    size, device = event.options.get("size"), event.options.get("device")
    if device is not None and device.constant == "meta":
        return False
    if size is None:
        return bool(event.operands) and event.site.spelling != ".new"
    return not any(extent.range.point == 0.0 for extent in _extents(size))


def _extents(size: Value) -> tuple[Value, ...]:
    return size.payload.items if isinstance(size.payload, Elements) else (size,)


def _unread(use: Event) -> bool:
    """`baddbmm(found, a, b, beta=0)` does not look at what it was given to add to."""
    share = use.options.get("beta")
    return use.op is Op.LINEAR and share is not None and share.range.contains(0.0)


def _made(value: Value, made: dict[int, Event], trace: Trace) -> list[Event]:
    found = [trace.by_operation.get(id(operation)) for operation in unwritten(value)]
    events = [event for event in found if event is not None and id(event.operation) in made]
    return events if len(events) == len(found) else []


def _unwritten_at(event: Event, use: Event, number: int, known: Memory) -> bool:
    """Nothing wrote before; in another activation, which may run at any time, nothing writes at all."""
    first = known.written.get(id(event.node))
    if first is None:
        return use.site.frame is event.site.frame or known.forgotten(event, event)
    return use.site.frame is event.site.frame and number < first


# the findings


def _forgotten(event: Event, parameter: Event, known: Memory, trace: Trace) -> Draft:
    name = attribute_name(parameter)
    sibling = _initialised_sibling(parameter, known, trace)
    called = f"parameter `{name}`" if name else "a parameter"
    beside = f", though `{sibling}` beside it is initialised" if sibling else ""
    return Draft(
        event=event,
        level=_level(parameter, known, bool(sibling), trace),
        message=f"{called} is memory as it was found, which nothing ever writes to{beside}: it may hold NaN",
        remedy=REMEDY,
        evidence=(
            Clue(event.node, f"{describe(event)} hands out memory without writing to it", event.result),
            Clue(parameter.node, f"{called} is that memory", parameter.result),
        ),
        rewrite=_zeros(event),
    )


def _level(parameter: Event, known: Memory, sibling: bool, trace: Trace) -> Level:
    """Somebody else may load or initialise it: a model that is only loaded from files needs no initial values.

    So may be one that the file neither makes nor trains, and a frozen parameter surely is.
    """
    if trace.library is not None and trace.library.filled(parameter.site.frame.path):
        return Level.NOTE
    owner = owner_of(parameter)
    if in_plain_list(parameter) or _never_read(attribute_name(parameter), trace):
        return Level.NOTE  # no part of the module, so nothing trains it; or left over
    if frozen(parameter) or not (sibling or instantiated(parameter.site.frame) or trains(trace)):
        return Level.NOTE
    if owner is not None and not bases_known(owner):
        return Level.WARNING if sibling else Level.NOTE
    if known.loads or known.loaded:
        return Level.WARNING if sibling else Level.NOTE
    return Level.ERROR


def _never_read(name: str, trace: Trace) -> bool:
    """The file names the attribute where it is set and nowhere else; what a framework's layers read, they may read."""
    return name not in ("", *LAYERS_OWN) and len(re.findall(rf"\b{name}\b", trace.source)) < 2


def _initialised_sibling(parameter: Event, known: Memory, trace: Trace) -> str:
    """Another parameter made in the same activation that something was written to."""
    for other in trace.of(Op.WEIGHT):
        if other is parameter or other.site.frame is not parameter.site.frame or not other.operands:
            continue
        memories = [trace.by_operation.get(id(operation)) for operation in unwritten(other.x)]
        if memories and all(made is not None and id(made.node) in known.written for made in memories):
            return attribute_name(other)
    return ""


def _tried(event: Event, use: Event, trace: Trace) -> bool:
    """A network is asked about it whose answer trains nothing: a test, or the script of a file that trains nothing."""
    tried = named_test(event.site) or not trains(trace)
    return tried and use.op in NETWORKS and only_predicts(use, trace)


def _read(event: Event, use: Event, known: Memory, trace: Trace) -> Draft:
    here = use.site.frame is event.site.frame
    level = Level.ERROR if here else Level.NOTE if known.loads else Level.WARNING
    return Draft(
        event=event,
        level=Level.NOTE if _tried(event, use, trace) else level,
        message=f"memory as it was found goes into `{describe(use)}`: nothing was written to it, so it may hold NaN",
        remedy="Fill it before it is read, or make an array of zeros.",
        evidence=(
            Clue(event.node, f"{describe(event)} hands out memory without writing to it", event.result),
            Clue(use.node, f"{describe(use)} reads it", use.result),
        ),
        rewrite=_zeros(event),
    )


def _zeros(event: Event) -> Rewrite | None:
    """The same call of what makes zeros."""
    spelled = registry.table(event.framework).zeroed.get(event.site.spelling)
    if spelled is None or not isinstance(event.node, cst.Call):
        return None
    title = "Start from zeros"
    if spelled.startswith(".") and isinstance(event.node.func, cst.Attribute):
        return Rewrite(title, Applicability.UNSAFE, (Replace(event.node.func.attr, spelled[1:]),))
    name, imports = spell_name(event.site, spelled)
    return Rewrite(title, Applicability.UNSAFE, (Replace(event.node.func, name),), imports)


_TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
_NUMPY = "import numpy as np\n\n\n"


def _found_nan(call: str) -> str:
    """A proof: with found memory filled with NaN, which the framework can be asked for, the result is NaN."""
    return (
        f"(torch.use_deterministic_algorithms(True), not torch.isfinite({call}).all(),"
        " torch.use_deterministic_algorithms(False))[1]"
    )


def _reused_nan(call: str) -> str:
    """A proof: memory that held NaN is handed out again."""
    return f"[[np.full(24, nan) for _ in range(9)], None][1] is None and not np.isfinite({call}).all()"


def _layer(parameters: str, reset: str, forward: str = "F.linear(x, self.weight, self.bias)") -> str:
    return f"""\
{_TORCH}class Affine(nn.Module):
    def __init__(self, inputs=24, outputs=3):
        super().__init__()
{parameters}
        self.reset_parameters()

    def reset_parameters(self):
{reset}

    def forward(self, x):
        return {forward}


def f(x):
    return Affine()(x)
"""


_WEIGHT = "        self.weight = nn.Parameter(torch.Tensor(outputs, inputs))\n"
_RESET = "        nn.init.xavier_uniform_(self.weight)"
_PROOF = _found_nan("f(torch.ones(2, 24))")


def _plain(body: str, parameters: str = "x", head: str = _TORCH) -> str:
    return f"{head}def f({parameters}):\n{body}"


def _free(made: str, rest: str = "") -> str:
    return f"""\
{_TORCH}class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = {made}
{rest}
    def forward(self, x):
        return x * self.scale


def f(x):
    return Scale()(x)
"""


_INIT_LINEAR = "\n\ndef init(m):\n    if isinstance(m, nn.Linear):\n        nn.init.zeros_(m.weight)\n"
_MAKER = "def f(made, x):\n    return made()(x)"
_RESTORE = "\n\ndef restore(model, path):\n    model.load_state_dict(torch.load(path))\n"

RULE = Rule(
    code="NAN605",
    name="uninitialised-memory",
    summary="Memory that nothing has written to is used as a parameter or read.",
    why=(
        "`empty`, `Tensor(n, m)`, `new(n)` and `ndarray(shape)` hand out memory with whatever bits are in it: often"
        " zeros in a fresh process, so that it seems to work, and after a while old activations, 1e30 or NaN. One such"
        " element in a bias makes every loss NaN, on some machines and some days."
    ),
    check=check,
    specific=35,
    remedy=REMEDY,
    fix=Applicability.UNSAFE,
    fix_note=(
        "The same array of zeros. Right for a bias, a state or an accumulator; a weight matrix that starts at zero"
        " learns slowly or not at all, so give it a scaled random draw (`xavier_uniform_`) instead."
    ),
    bad=(
        Bad(
            "torch",
            _layer(_WEIGHT + "        self.bias = nn.Parameter(torch.Tensor(outputs))", _RESET),
            _layer(_WEIGHT + "        self.bias = nn.Parameter(torch.zeros(outputs))", _RESET),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _layer(_WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs), requires_grad=True)", _RESET),
            _layer(_WEIGHT + "        self.bias = nn.Parameter(torch.zeros(outputs), requires_grad=True)", _RESET),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _layer(_WEIGHT + '        self.register_parameter("bias", nn.Parameter(self.weight.new(outputs)))', _RESET),
            _layer(
                _WEIGHT + '        self.register_parameter("bias", nn.Parameter(self.weight.new_zeros(outputs)))',
                _RESET,
            ),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _free("nn.Parameter(torch.FloatTensor(24))"),
            _free("nn.Parameter(torch.zeros(24))"),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _free("nn.Parameter(torch.empty(24))") + _INIT_LINEAR,
            _free("nn.Parameter(torch.zeros(24))") + _INIT_LINEAR,
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _plain(
                "    state = torch.empty(2, 24)\n    for row in x:\n        state = state + row\n    return state\n"
            ),
            _plain(
                "    state = torch.zeros(2, 24)\n    for row in x:\n        state = state + row\n    return state\n"
            ),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _plain("    total = torch.empty_like(x)\n    total.add_(x)\n    return total\n"),
            _plain("    total = torch.zeros_like(x)\n    total.add_(x)\n    return total\n"),
            proof=_PROOF,
        ),
        Bad(
            "torch",
            _plain("    hidden = x.new_empty(2, 24)\n    return torch.tanh(x + hidden)\n"),
            _plain("    hidden = x.new_zeros(2, 24)\n    return torch.tanh(x + hidden)\n"),
            proof=_PROOF,
        ),
        Bad(
            "numpy",
            _plain(
                "    total = np.empty(24)\n    for row in x:\n        total += row\n    return total\n", head=_NUMPY
            ),
            _plain(
                "    total = np.zeros(24)\n    for row in x:\n        total += row\n    return total\n", head=_NUMPY
            ),
            proof=_reused_nan("f(())"),
        ),
        Bad(
            "numpy",
            _plain("    weights = np.ndarray((24,))\n    return x * weights\n", head=_NUMPY),
            _plain("    weights = np.zeros((24,))\n    return x * weights\n", head=_NUMPY),
            proof=_reused_nan("f(1.0)"),
        ),
        Bad(
            "numpy",
            _plain("    best = np.empty_like(x)\n    return np.maximum(best, x)\n", head=_NUMPY),
            _plain("    best = np.zeros_like(x)\n    return np.maximum(best, x)\n", head=_NUMPY),
            proof=_reused_nan("f(np.ones(24))"),
        ),
        Bad(  # the weights of a trained model are loaded into what is frozen
            "torch",
            _free("nn.Parameter(torch.empty(24), requires_grad=False)"),
            _free("nn.Parameter(torch.zeros(24), requires_grad=False)"),
            proof=_PROOF,
            level=Level.NOTE,
        ),
        Bad(  # a class that the file neither makes nor trains may be loaded, too
            "torch",
            _free("nn.Parameter(torch.empty(24))").replace("def f(x):\n    return Scale()(x)", _MAKER),
            _free("nn.Parameter(torch.zeros(24))").replace("def f(x):\n    return Scale()(x)", _MAKER),
            proof=_found_nan("f(Scale, torch.ones(2, 24))"),
            level=Level.NOTE,
        ),
        Bad(  # a model that is only ever loaded needs no initial values
            "torch",
            _free("nn.Parameter(torch.empty(24))") + _RESTORE,
            _free("nn.Parameter(torch.zeros(24))") + _RESTORE,
            proof=_PROOF,
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            f"""\
{_TORCH}class Mixing(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.decay = nn.Parameter(torch.empty(size))

    def forward(self, x):
        return x * self.decay


def initialise(module):
    if isinstance(module, Mixing):
        module.decay = nn.Parameter(torch.linspace(0.1, 0.9, len(module.decay)))


def f(x):
    model = nn.Sequential(Mixing(24))
    for module in model:
        initialise(module)
    return model(x)
""",
            "A function outside of the class puts another parameter in its place.",
        ),
        Good(
            "torch",
            _layer(
                _WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs))",
                "        bound = self.weight.size(1) ** -0.5\n        self.weight.data.uniform_(-bound, bound)\n"
                "        self.bias.data.zero_()",
            ),
            "Methods that end in an underscore write into the memory.",
        ),
        Good(
            "torch",
            _layer(
                _WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs))",
                "        for parameter in self.parameters():\n            nn.init.uniform_(parameter, -0.1, 0.1)",
            ),
            "The loop goes over every parameter.",
        ),
        Good(
            "torch",
            _layer(
                _WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs))",
                '        for name in ("weight", "bias"):\n            nn.init.uniform_(getattr(self, name), -0.1, 0.1)',
            ),
            "The parameters are taken by name.",
        ),
        Good(
            "torch",
            _layer(
                _WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs))",
                "        self.weight.data = torch.randn(3, 24) / 5\n        with torch.no_grad():\n"
                "            self.bias.copy_(torch.zeros(3))",
            ),
            "New contents are assigned or copied.",
        ),
        Good(
            "torch",
            _layer(
                _WEIGHT + "        self.bias = nn.Parameter(torch.empty(outputs))",
                "        self.apply(fill)",
            ).replace(
                "class Affine",
                "def fill(module):\n    for part in (module.weight, module.bias):\n"
                "        nn.init.normal_(part, std=0.02)"
                "\n\n\nclass Affine",
            ),
            "The function that is applied writes to both.",
        ),
        Good(
            "torch",
            _free("nn.Parameter(torch.empty(24))").replace(
                "def f(x):\n    return Scale()(x)",
                "def init(module):\n    if isinstance(module, Scale):\n        module.scale.data.fill_(1.0)\n\n\n"
                "def f(x):\n    model = Scale()\n    model.apply(init)\n    return model(x)",
            ),
            "Applied from outside, by the class.",
        ),
        Good(
            "torch",
            _free("nn.ParameterList([nn.Parameter(torch.empty(24)) for _ in range(3)])").replace(
                "\n    def forward(self, x):\n        return x * self.scale",
                "        for scale in self.scale:\n            nn.init.ones_(scale)\n\n"
                "    def forward(self, x):\n        return x * self.scale[0]",
            ),
            "A list of parameters, each initialised.",
        ),
        Good(
            "torch",
            _free("nn.Parameter(torch.Tensor([1.0, 2.0]))"),
            "A list is data; only extents ask for bare memory.",
        ),
        Good(
            "torch",
            _free("nn.Parameter(library.initial(torch.empty(24)))").replace(
                "class Scale", "library = None\n\n\nclass Scale"
            ),
            "A function of which nothing is known may write to what it is given.",
        ),
        Good(
            "torch",
            _plain(
                "    out = torch.empty(2, 24)\n    for i in range(2):\n        out[i] = x[i]\n    return out.sum()\n"
            ),
            "Each row is written before the sum.",
        ),
        Good(
            "torch",
            _plain("    out = torch.empty(2, 24)\n    torch.mul(x, 2.0, out=out)\n    return out.sum()\n"),
            "`out=` writes to it.",
        ),
        Good(
            "torch",
            _plain(
                "    seen = torch.empty(0)\n    for row in x:\n        seen = torch.cat([seen, row])\n    return seen\n"
            ),
            "Without an element there is nothing to be read.",
        ),
        Good(
            "torch",
            _plain("    index = torch.empty(3, dtype=torch.long)\n    return index + 1\n"),
            "Whatever an integer holds, it is no NaN.",
        ),
        Good(
            "torch",
            _plain("    shape = torch.empty(3, 4).expand_as(x).shape\n    return torch.zeros(shape) + x\n"),
            "Only the shape is taken.",
        ),
        Good(
            "torch",
            """\
import torch


class Memory:
    def __init__(self, size):
        self.states = torch.empty(size, 4)

    def sample(self, index):
        return self.states[index] / 2

    def add(self, index, state):
        self.states[index] = state


def f(index):
    return Memory(4).sample(index)
""",
            "Another method writes to it, whichever is called first.",
        ),
        Good(
            "numpy",
            _plain(
                "    out = np.empty((2, 24))\n    flat = out.reshape(-1)\n    flat[:] = 1.0\n    return x * out\n",
                head=_NUMPY,
            ),
            "A view of the same memory is written.",
        ),
        Good(
            "numpy",
            _plain("    out = np.empty(24)\n    out.fill(0.5)\n    return x * out\n", head=_NUMPY),
            "`fill` writes all of it.",
        ),
        Good(
            "numpy",
            _plain("    out = np.empty_like(x)\n    np.exp(-np.abs(x), out=out)\n    return 1 - out\n", head=_NUMPY),
            "`out=` writes to it.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _plain("    out = torch.empty(24)\n    out[:12] = x\n    return out.sum()\n"),
            "Half of it is written; how much a slice covers is not computed.",
        ),
    ),
)
