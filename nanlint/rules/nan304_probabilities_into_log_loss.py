"""Probabilities, or raw scores, given to a loss that takes their logarithms."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Call
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import (
    Activated,
    activated,
    at_loss,
    at_source,
    called_layer,
    input_node,
    named_input,
    written_out,
)
from nanlint.reasoning.context import quiet
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import bare, operand_node, quoted
from nanlint.reasoning.moving import reachable_source
from nanlint.reasoning.origins import NETWORKS, alternatives
from nanlint.reasoning.probabilities import Form, probability
from nanlint.reasoning.rewording import rebuilt
from nanlint.reasoning.spelling import spell, spell_name
from nanlint.reasoning.terms import operand
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

LOSSES = (Op.NLL_LOSS, Op.KL_DIVERGENCE, Op.CTC_LOSS)
LOGARITHMS = frozenset({Op.LOG_SOFTMAX, Op.LOG_SIGMOID, Op.LOG, Op.LOG_PROB})
AS_GOOD = (*LOSSES, Op.ARGMAX)
"""Uses of probabilities for which their logarithms do as well, or better."""
LOGARITHMIC = {"softmax": "log_softmax", "Softmax": "LogSoftmax"}
"""By the last word of a function or class."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(*LOSSES):
        draft = _of_probabilities(loss, trace) or _of_scores(loss, trace) or _of_target(loss, trace)
        if draft is not None:
            yield draft
    for loss in trace.of(Op.CTC_LOSS_WITH_LOGITS, Op.PROBABILITY_CTC_LOSS):
        draft = _of_activated(loss, trace) if loss.op is Op.CTC_LOSS_WITH_LOGITS else _of_logarithms(loss, trace)
        if draft is not None:
            yield draft


def _of_probabilities(loss: Event, trace: Trace) -> Draft | None:
    found = activated(loss, trace)
    if found is None or _picks(loss, trace):
        return None
    form = found.p.form.value
    return Draft(
        event=loss,
        level=_level(loss),
        message=f"{describe(loss)} takes log-probabilities, {quoted(input_node(loss))} is a {form}: {_effect(loss)}",
        remedy="Give the loss a log-softmax." if found.p.form is Form.SOFTMAX else "Give the loss the logarithm.",
        evidence=trail(loss, trace, loss.x),
        claims=written_out(found, trace),
        rewrite=_at_source(found, trace) or _at_loss(found),
    )


def _picks(loss: Event, trace: Trace) -> bool:
    """`1 + nll_loss(p, y)`, `-nll_loss(p, y)`: the probability of the right class is what is wanted."""
    return any(
        use.op is Op.NEGATIVE or (use.op in (Op.ADD, Op.SUBTRACT) and any(x.range.point == 1.0 for x in use.operands))
        for use in trace.uses(loss.result)
    )


def _effect(loss: Event) -> str:
    if loss.op is Op.KL_DIVERGENCE:
        return "the divergence comes out negative (-1.2 for two halves against two halves) and its minimum is elsewhere"
    if loss.op is Op.CTC_LOSS:
        return "the loss comes out negative and the gradient is not that of a likelihood"
    return "the loss lies in [-1, 0], and the gradient of a confident mistake vanishes"


def _level(loss: Event) -> Level:
    return Level.NOTE if quiet(loss.site) else Level.ERROR


def _of_scores(loss: Event, trace: Trace) -> Draft | None:
    """The output of a layer, never normalised: the loss falls without a bound."""
    outputs = list(alternatives(loss.x))
    if not outputs or not all(_is_score(value) for value in outputs):
        return None
    return Draft(
        event=loss,
        level=_level(loss),
        message=(
            f"{describe(loss)} takes log-probabilities, {quoted(input_node(loss))} is the output of a layer: the loss "
            "falls without a bound as the scores grow, and ends in -inf"
        ),
        remedy="Give the loss a log-softmax of the scores.",
        evidence=trail(loss, trace, loss.x),
        rewrite=_normalised(loss),
    )


def _is_score(value: Value) -> bool:
    """The output of a layer, a ReLU of one."""
    if value.op is Op.RELU:
        return any(inner.op in NETWORKS for inner in alternatives(value.made_by.x))
    return value.op in NETWORKS


def _normalised(loss: Event) -> Rewrite | None:
    """A log-softmax over the classes, which nll_loss has on axis 1."""
    node = input_node(loss)
    if node is None or loss.op is not Op.NLL_LOSS:
        return None
    spelled = spell(loss, Op.LOG_SOFTMAX, {"x": bare(node), "axis": "1"})
    if spelled is None:
        return None
    return Rewrite("Normalise the scores", Applicability.UNSAFE, (Replace(node, spelled.text),), spelled.imports)


# losses over alignments that take logits, or probabilities


def _of_activated(loss: Event, trace: Trace) -> Draft | None:
    """A softmax before a loss that applies one itself; a log-softmax changes nothing."""
    found = activated(loss, trace)
    if found is None:
        return None
    form = found.p.form.value
    dropped = at_loss(found) or at_source(found, trace, (loss.op, Op.ARGMAX))
    title = f"Drop the {form}"
    return Draft(
        event=loss,
        level=_level(loss),
        message=f"{describe(loss)} takes logits, {named_input(loss)} is a {form}: each frame of an alignment "
        "costs log(e + C - 1) - 1 or more for C classes (2.4 for 28), and confident mistakes stay",
        remedy=f"Drop the {form}: the loss applies it itself.",
        evidence=trail(loss, trace, loss.x),
        claims=written_out(found, trace),
        rewrite=None if dropped is None else Rewrite(title, Applicability.UNSAFE, dropped.edits, dropped.imports),
    )


def _of_logarithms(loss: Event, trace: Trace) -> Draft | None:
    """What is negative, given to a loss that takes the logarithm itself."""
    choices = list(alternatives(loss.x))
    logarithmic = bool(choices) and all(choice.op in LOGARITHMS for choice in choices)
    if not logarithmic and not (choices and all(choice.op in NETWORKS for choice in choices)):
        return None
    what = "log-probabilities" if logarithmic else "the output of a layer"
    return Draft(
        event=loss,
        level=_level(loss),
        message=f"{describe(loss)} takes probabilities, {quoted(input_node(loss))} is {what}: its own logarithm of a "
        "negative number is NaN",
        remedy="Give the loss a softmax.",
        evidence=trail(loss, trace, loss.x),
    )


# the target of a divergence


def _of_target(loss: Event, trace: Trace) -> Draft | None:
    """log-probabilities as target without `log_target`, probabilities with it."""
    if loss.op is not Op.KL_DIVERGENCE or len(loss.operands) < 2 or not _all_logarithms(loss.x):
        return None
    stated = loss.options.get("log_target")
    logarithmic = stated.constant if stated is not None else False
    target = operand(trace, loss, 1)
    if logarithmic is False and _all_logarithms(loss.y):
        what, effect = "holds log-probabilities", "the loss takes their logarithm, which of a negative number is NaN"
    elif logarithmic is True and all(probability(term) is not None for term in target.alternatives()):
        what, effect = "holds probabilities", "exp of them weighs every term with 1 to 2.72"
    else:
        return None
    told = f"with log_target={logarithmic}" if _is_told(loss) else f"takes {'logarithms' if logarithmic else 'shares'}"
    return Draft(
        event=loss,
        level=_level(loss),
        message=f"{describe(loss)} {told}, but its target {quoted(operand_node(loss, 1))} {what}: {effect}",
        remedy=f"Pass log_target={not logarithmic}." if _is_told(loss) else "Use the form of the loss that takes them.",
        evidence=trail(loss, trace, loss.y),
        rewrite=_stating(loss, not logarithmic) if _is_told(loss) else None,
    )


def _is_told(loss: Event) -> bool:
    """Whether the loss is passed what its target holds."""
    found = registry.function(loss.site.spelling) or registry.layer(loss.site.spelling)
    made = None if found is None else found[1]
    return isinstance(made, Call) and any(option.canonical == "log_target" for option in made.options)


def _all_logarithms(value: Value) -> bool:
    return all(source.op in LOGARITHMS for source in alternatives(value))


def _stating(loss: Event, wanted: bool) -> Rewrite | None:
    """`log_target` in the call of the function, or of the class of the loss."""
    title = f"Pass log_target={wanted}"
    stated = loss.site.options.get("log_target")
    if stated is not None:
        return Rewrite(title, Applicability.UNSAFE, (Replace(stated, str(wanted)),))
    layer = called_layer(loss)
    call = loss.node if layer is None else layer.node
    if not isinstance(call, cst.Call) or any(argument.star for argument in call.args):
        return None
    added = f"log_target={wanted}"
    if not call.args:
        return Rewrite(title, Applicability.UNSAFE, (Replace(call, f"{code(call.func)}({added})"),))
    last = call.args[-1].value
    return Rewrite(title, Applicability.UNSAFE, (Replace(last, f"{code(last)}, {added}"),))


# fixes


def _at_source(found: Activated, trace: Trace) -> Rewrite | None:
    """A log-softmax where the softmax is computed, if only such losses use it."""
    made = found.p.made
    if made is None or made.op is not Op.SOFTMAX or not found.single or not isinstance(made.node, cst.Call):
        return None
    layer = called_layer(made)
    runs = [run for run in trace.of(made.op) if run.node is made.node or (layer and called_layer(run) is layer)]
    if not all(_takes_logarithms(use, run) for run in runs for use in trace.uses(run.result)):
        return None
    call = made.node if layer is None else layer.node
    return _renamed(call.func, made) if isinstance(call, cst.Call) else None


def _takes_logarithms(use: Event, made: Event) -> bool:
    """As its first operand, the target of a divergence being the second."""
    return use.op in AS_GOOD and use.x.made_by is made.result.made_by


def _renamed(function: cst.BaseExpression, made: Event) -> Rewrite | None:
    title = "Compute the log-softmax"
    module, _, word = made.site.spelling.rpartition(".")
    name = f"{module}.{LOGARITHMIC.get(word, '')}"
    if isinstance(function, cst.Attribute) and function.attr.value in LOGARITHMIC:
        return Rewrite(title, Applicability.UNSAFE, (Replace(function.attr, LOGARITHMIC[function.attr.value]),))
    if isinstance(function, cst.Name) and (registry.function(name) or registry.layer(name)) is not None:
        text, imports = spell_name(made.site, name)
        return Rewrite(title, Applicability.UNSAFE, (Replace(function, text),), imports)
    return None


def _at_loss(found: Activated) -> Rewrite | None:
    """A log-softmax of the logits in place of the loss's input, where the softmax is of use elsewhere."""
    loss, made, node = found.loss, found.p.made, input_node(found.loss)
    if node is None or made is None or made.op is not Op.SOFTMAX or not found.single:
        return None
    if made.site.frame is not loss.site.frame or found.p.logits.links != found.term.links:
        return None
    logits, axis = found.p.logits.bare(loss), reachable_source(made.site.options.get("axis"), made, loss)
    if logits is None or axis is None:
        return None
    spelled = spell(loss, Op.LOG_SOFTMAX, {"x": logits, "axis": axis}, like=made)
    text = None if spelled is None else rebuilt(spelled.text, found.term.links, loss)
    if spelled is None or text is None:
        return None
    return Rewrite("Compute the log-softmax", Applicability.UNSAFE, (Replace(node, text),), spelled.imports)


_IN_UNIT = "f({0}, torch.tensor([1])).item() <= 0"
_UNBOUNDED = "min(f(s * 1e4 * torch.ones(1, 3), torch.tensor([k])).item() for s in (-1, 1) for k in range(3)) < -1"
_CONFIDENT = "torch.tensor([[50.0, 0.0, 0.0]])"
_MODEL = """\
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 3)
        self.normalise = nn.Softmax(dim=1)

    def forward(self, x):
        return self.normalise(self.body(x))


def f(x, y):
    net = Net()
    criterion = nn.NLLLoss()
    return criterion(net(x), y)
"""
_TRAINED = """\
import torch
from torch import nn
from torch.nn.functional import nll_loss, softmax


class Trainer:
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=-1))
        self.criteria = {"class": nn.NLLLoss(), "other": nn.MSELoss()}

    def step(self, x, y):
        prediction = self.net(x)
        return self.criteria["class"](prediction, y)


def f(x, y):
    return Trainer().step(x, y)
"""
_SHOWN = """\
import torch
import torch.nn.functional as F


def f(x, y):
    p = x.softmax(dim=1)
    loss = F.nll_loss(p, y)
    confidence = p.max(dim=1).values.mean()
    return loss + 0 * confidence
"""
_IMPORTED = """\
from torch.nn.functional import nll_loss, softmax


def f(x, y):
    return nll_loss(softmax(x, dim=1), y)
"""
_WRITTEN = """\
import torch
import torch.nn.functional as F


def f(x, y):
    e = torch.exp(x - x.max())
    return F.nll_loss(e / e.sum(-1, keepdim=True), y)
"""
_SIGMOID = """\
import torch
from torch import nn


def f(x, y):
    return nn.NLLLoss()(torch.sigmoid(x), y)
"""
_DIVERGENCE = """\
import torch
import torch.nn.functional as F


def f(x, y):
    return F.kl_div({}(x, dim=-1), F.softmax(y, dim=-1), reduction="batchmean")
"""
_DISTILLED = """\
import torch
import torch.nn.functional as F
from torch import nn


class Distillation(nn.Module):
    def __init__(self, temperature=2.0):
        super().__init__()
        self.temperature = temperature
        self.divergence = nn.KLDivLoss({})

    def forward(self, student, teacher):
        student = F.log_softmax(student / self.temperature, dim=1)
        return self.divergence(student, F.{}softmax(teacher / self.temperature, dim=1))


def f(student, teacher):
    return Distillation()(student, teacher)
"""
_LOG_TARGET = """\
import torch
import torch.nn.functional as F


def f(x, y):
    return F.kl_div(F.log_softmax(x, 1), F.log_softmax(y, 1){})
"""
_SPEECH = """\
import torch
import torch.nn.functional as F


def f(scores):
    frames = scores.{}(2)
    text = torch.tensor([[1, 2]])
    return F.ctc_loss(frames, text, torch.tensor([4]), torch.tensor([2]))
"""
_SCORES = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 3)

    def forward(self, x):
        return {}


def f(x, y):
    return F.nll_loss(Net()(x), y)
"""

RULE = Rule(
    code="NAN304",
    name="probabilities-into-log-loss",
    summary="nll_loss, kl_div or ctc_loss gets probabilities, logarithms or scores where it takes another of them.",
    why=(
        "nll_loss is minus the number that stands at the class, kl_div is t * (log(t) - x), ctc_loss adds up x along"
        " paths: all three take the logarithm as done. Of probabilities the first lies in [-1, 0], with a gradient"
        " that vanishes exactly where the model is confidently wrong; the second is negative, -1.2 where both are 0.5"
        " for two classes, and has its minimum elsewhere; the third is no likelihood. Of raw scores the loss has no"
        " lower bound: training drives them apart until it is -inf, then NaN. kl_div also has to be told whether its"
        " target is a logarithm: told wrongly it takes the logarithm of negative numbers, which is NaN. The ctc_loss"
        " of TensorFlow, Keras and Optax takes logits (a log-softmax does no harm) and never gets near 0 after a"
        " softmax; ctc_batch_cost takes probabilities, and is NaN of logits or logarithms. Nothing raises."
    ),
    check=check,
    specific=40,
    remedy="Use log_softmax, or cross_entropy of the logits; for kl_div pass log_target=True with a log target. Give a"
    " CTC loss what it takes: log-probabilities in PyTorch, probabilities in ctc_batch_cost, logits elsewhere.",
    fix=Applicability.UNSAFE,
    fix_note=(
        "The loss has another value, the right one. Where only such losses and argmax use the softmax it becomes a"
        " log-softmax in its place, and a model then returns log-probabilities; elsewhere the loss gets a log-softmax"
        " of its own. In front of a loss that takes logits the softmax is dropped."
    ),
    bad=(
        Bad(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.nll_loss(F.softmax(x, dim=1), y)\n",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.nll_loss(F.log_softmax(x, dim=1), y)\n",
            proof=_IN_UNIT.format(_CONFIDENT),
        ),
        Bad("torch", _MODEL, _MODEL.replace("nn.Softmax", "nn.LogSoftmax"), proof=_IN_UNIT.format(_CONFIDENT)),
        Bad("torch", _TRAINED, _TRAINED.replace("nn.Softmax", "nn.LogSoftmax"), proof=_IN_UNIT.format(_CONFIDENT)),
        Bad(
            "torch",
            _SHOWN,
            _SHOWN.replace("nll_loss(p, y)", "nll_loss(torch.log_softmax(x, dim=1), y)"),
            proof=_IN_UNIT.format(_CONFIDENT),
        ),
        Bad(
            "torch",
            _IMPORTED,
            _IMPORTED.replace("nll_loss(softmax(", "nll_loss(log_softmax(").replace(
                "import nll_loss, softmax\n",
                "import nll_loss, softmax\nfrom torch.nn.functional import log_softmax\n",
            ),
            proof=_IN_UNIT.format(_CONFIDENT),
        ),
        Bad("torch", _WRITTEN, proof=_IN_UNIT.format(_CONFIDENT)),
        Bad("torch", _SIGMOID, proof=_IN_UNIT.format(_CONFIDENT)),
        Bad(
            "torch",
            _DIVERGENCE.format("torch.softmax"),
            _DIVERGENCE.format("torch.log_softmax"),
            proof="f(torch.zeros(1, 3), torch.zeros(1, 3)).item() < -1",
        ),
        Bad(
            "torch",
            _DISTILLED.format("reduction='batchmean'", "log_"),
            _DISTILLED.format("reduction='batchmean', log_target=True", "log_"),
            hostile="torch.zeros(1, 3), torch.zeros(1, 3)",
        ),
        Bad(
            "torch",
            _DISTILLED.format("log_target=True", ""),
            _DISTILLED.format("log_target=False", ""),
            proof="abs(f(torch.ones(1, 3), torch.ones(1, 3)).item()) > 1e-6",
        ),
        Bad(
            "torch",
            _LOG_TARGET.format(""),
            _LOG_TARGET.format(", log_target=True"),
            hostile="torch.zeros(1, 3), torch.zeros(1, 3)",
        ),
        Bad(
            "torch",
            _SPEECH.format("softmax"),
            _SPEECH.format("log_softmax"),
            proof="f(torch.zeros(4, 1, 3)).item() < 0",
        ),
        Bad(
            "torch",
            _SCORES.format("self.head(x)"),
            _SCORES.format("self.head(x)").replace("Net()(x)", "F.log_softmax(Net()(x), dim=1)"),
            proof=_UNBOUNDED,
        ),
        Bad(
            "torch",
            _SCORES.format("F.relu(self.head(x))"),
            _SCORES.format("F.relu(self.head(x))").replace("Net()(x)", "F.log_softmax(Net()(x), dim=1)"),
            proof=_UNBOUNDED,
        ),
    ),
    good=(
        Good("torch", _SCORES.format("nn.LogSoftmax(dim=-1)(self.head(x))"), "A log-softmax."),
        Good(
            "torch",
            _SHOWN.replace("nll_loss(p, y)", "nll_loss(torch.log(p + 1e-6), y)"),
            "The logarithm of the probabilities; that it rounds is another rule's.",
        ),
        Good("torch", _SPEECH.format("log_softmax").replace("(2)", "(dim=2)"), "log-probabilities for each frame."),
        Good("torch", _DISTILLED.format("reduction='sum'", ""), "A log-softmax, and probabilities as target."),
        Good("torch", _DISTILLED.format("reduction='sum', log_target=True", "log_"), "A logarithmic target."),
        Good(
            "torch",
            _LOG_TARGET.format("").replace("F.log_softmax(y, 1)", "F.log_softmax(y, 1).exp()"),
            "exp of log-probabilities gives probabilities.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 3)

    def forward(self, x):
        scores = self.head(x)
        if self.training:
            return F.log_softmax(scores, dim=1)
        return F.softmax(scores, dim=1)


def f(x, y):
    return F.nll_loss(Net()(x), y)
""",
            "Probabilities only outside training.",
        ),
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.nll_loss(x, y)\n",
            "Nothing is known of what is given.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch import nn


def f(x, y, lengths):
    scores = nn.LSTM(3, 4)(x)[0]
    target = torch.softmax(y, dim=-1)
    return F.kl_div(F.logsigmoid(scores), target.detach(), reduction="sum")
""",
            "logsigmoid gives logarithms too.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    others = F.nll_loss(torch.softmax(x, dim=1), y, reduction="none")
    others += 1.0
    return F.nll_loss(others.pow(2)[:, None] * F.log_softmax(x, dim=1), y)
""",
            "A focal loss takes 1 - p of the right class out of the probabilities.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(mean, variance, y):
    return F.gaussian_nll_loss(torch.sigmoid(mean), y, F.softplus(variance) + 1e-3)
""",
            "This likelihood takes a mean and a variance.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    p = torch.softmax(x, dim=-1)
    return F.mse_loss(p, y) - (p * F.log_softmax(x, dim=-1)).sum()
""",
            "Probabilities go where probabilities are meant.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    loss = F.nll_loss(F.log_softmax(x, dim=1), y)
    return loss + 0 * torch.softmax(x, dim=1).max()
""",
            "The probabilities are for the report.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(q, k, v, y):
    weights = torch.softmax(q @ k.T, dim=-1)
    return F.nll_loss(F.log_softmax(weights @ v, dim=-1), y)
""",
            "The softmax weighs values, it is no prediction.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(x, y):
    return F.cross_entropy(torch.nn.Linear(3, 3)(x), y)
""",
            "cross_entropy takes scores.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F


def f(policy, x, y):
    return F.nll_loss(policy(x), y)
""",
            "What the model gives is written in another file.",
        ),
    ),
)
