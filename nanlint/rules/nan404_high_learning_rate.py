"""A learning rate that is known to be too large for its optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks.entries import Optimizer, Stride
from nanlint.interp.objects import Class, Elements, Instance
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.clipping import clips_somewhere
from nanlint.reasoning.context import named_test, words
from nanlint.reasoning.evidence import clue
from nanlint.reasoning.hyperparameters import Setting, constructions, settings, table
from nanlint.reasoning.origins import NETWORKS, alternatives
from nanlint.reasoning.ownership import few_tensors, only_inputs
from nanlint.reasoning.protocol import demonstrates, last_word
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Option, Replace, Rewrite, Rule

ORDINARY = 0.1  # optimizers whose default is above it are used with rates around 1
MAX = Option("max", float, None, "The largest rate that is not reported, instead of `max-learning-rate`.")
FAR = 10  # this many times the limit, no optimizer is forgiven
NEAR = 2.5  # up to this many times the limit, linear models are trained well with Adam
CONFIGURES = "configure_optimizers"
USUAL = "1e-3"
SCHEDULING = frozenset({"schedule", "scheduler", "lambda", "lr", "warmup", "anneal", "decay"})
"""Words in the name of what sets a rate by a function."""
SCHEDULES = frozenset({"schedule", "scheduler", "schedulers", "warmup", "annealing"})
"""Words in the name of a class that sets rates."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    limits = replace(limits, max_learning_rate=limits.number(MAX, limits.max_learning_rate))
    for construction in trace.of(Op.OPTIMIZER):
        entry = table(construction)
        if entry is None or _free(entry, limits):
            continue
        worst = _worst(settings(construction, "lr"), entry, trace, limits)
        lenient = _lenient(construction, entry, trace) or _meant_for_another(construction, entry, trace)
        lenient = lenient or _handed_on(construction, trace)
        if worst is not None and (lenient or _one_of_several(construction, entry, trace, limits)):
            worst = replace(worst, level=min(worst.level, Level.NOTE))
        if worst is not None and not _scheduled(construction, trace):
            yield _draft(construction, last_word(construction), entry, worst, trace)
    for schedule in trace.of(Op.SET_RATE):
        entry = _entry_of(schedule, trace)
        rate = schedule.options.get("rate")
        if entry is None or rate is None or _free(entry, limits):
            continue
        worst = _worst([Setting(rate, schedule.site.options.get("rate"))], entry, trace, limits)
        if worst is not None:  # the peak of a schedule lasts for a few steps, behind a warm-up
            worst = replace(worst, level=min(worst.level, Level.WARNING))
            yield _draft(schedule, _name(schedule, trace), entry, worst, trace)


def _lenient(construction: Event, entry: Optimizer, trace: Trace) -> bool:
    """An image or a latent moves as far as it is wide; a test or a demonstration trains nothing; a trainer may clip."""
    clipped = entry.stride is Stride.PROPORTIONAL and construction.site.frame.name.rpartition(".")[2] == CONFIGURES
    given = few_tensors(construction) or only_inputs(construction, trace)
    return clipped or given or named_test(construction.site) or demonstrates(trace)


def _handed_on(construction: Event, trace: Trace) -> bool:
    """An unknown class, such as LARC, takes the optimizer and may scale its steps; or the script sets its rate.

    A trainer takes the settings of the optimizer that it makes.
    """
    if construction.result.kind is not Kind.OPTIMIZER:
        return False
    for event in trace.of(Op.OPAQUE):
        makes = event.site.spelling.rpartition(".")[2][:1].isupper()
        if makes and any(operand.made_by is construction.operation for operand in event.operands):
            return True
    rates = (event for event in trace.of(Op.SET_RATE) if event.operands)
    return any(construction in constructions(event.x, trace) for event in rates)


def _one_of_several(construction: Event, entry: Optimizer, trace: Trace, limits: Limits) -> bool:
    """It only makes the state, or other calls of the function around it give a rate that is unknown or in order."""
    return _only_initialises(construction, trace) or any(
        (rates := list(settings(other, "lr"))) and _worst(rates, entry, trace, limits) is None
        for other in trace.of(Op.OPTIMIZER)
        if other.node is construction.node and other.site.frame.call_node is not construction.site.frame.call_node
    )


def _only_initialises(construction: Event, trace: Trace) -> bool:
    """`make(1.0).init(params)`: a name keeps the state, and nothing the optimizer."""
    users = trace.uses(construction.result)
    return bool(users) and all(last_word(event) == "init" and _on_the_spot(event) for event in users)


def _on_the_spot(event: Event) -> bool:
    """A method of what a call has just given."""
    function = event.node.func if isinstance(event.node, cst.Call) else None
    return isinstance(function, cst.Attribute) and isinstance(function.value, cst.Call)


def _meant_for_another(construction: Event, entry: Optimizer, trace: Trace) -> bool:
    """The same option is the rate of another optimizer, for which such a one is usual: its default is meant for it."""
    for other in trace.of(Op.OPTIMIZER):
        table_of_other = table(other)
        if other is construction or table_of_other is None:
            continue
        rates = [setting.value for setting in settings(other, "lr")]
        shared = any(mine.value.same(rate) for mine in settings(construction, "lr") for rate in rates)
        plainer = entry.stride is Stride.NORMALISED and table_of_other.stride is not Stride.NORMALISED
        usual = table_of_other.default_rate is not None and table_of_other.default_rate >= 1.0
        if shared and (plainer or usual):
            return True
    return False


def _name(schedule: Event, trace: Trace) -> str:
    """The schedule's class; of a rate that is set in a group, the optimizer's."""
    return last_word(schedule if isinstance(schedule.node, cst.Call) else constructions(schedule.x, trace)[0])


def _entry_of(schedule: Event, trace: Trace) -> Optimizer | None:
    built = constructions(schedule.x, trace) if schedule.operands else []
    return table(built[0]) if built else None


def _free(entry: Optimizer, limits: Limits) -> bool:
    """An optimizer for which a rate above the limit is ordinary."""
    usual = entry.default_rate is not None and entry.default_rate > max(limits.max_learning_rate, ORDINARY)
    return usual or entry.stride is Stride.SELF_SCALED


def _scheduled(construction: Event, trace: Trace) -> bool:
    """A schedule sets the rate, or a function that is handed to something like one decides by what it is multiplied."""
    for event in trace.of(Op.SET_RATE, Op.OPAQUE):
        takes = any(operand.made_by is construction.operation for operand in event.operands)
        schedules = event.op is Op.SET_RATE and isinstance(event.node, cst.Call)
        decides = bool(words(event.site.spelling) & SCHEDULING) and any(map(_function, event.operands))
        if takes and (schedules or decides):
            return True
    seen = {id(names): names for names in (event.site.names for event in trace.events)}
    return any(_schedules(names, construction) for names in seen.values())


def _schedules(names: Mapping[str, Value], construction: Event) -> bool:
    """An object of the run, a schedule by the name of its class, works with the optimizer.

    Whatever a base class from elsewhere is given it keeps.
    """
    payloads = [value.payload for value in names.values()]
    schedules = [x for x in payloads if isinstance(x, Instance) and words(x.of.name) & SCHEDULES]
    if any(not all(isinstance(base, Class) for base in x.of.ancestry()) for x in schedules):
        return any(value.made_by is construction.operation for value in names.values())
    return any(_holds(held, construction) for schedule in schedules for held in schedule.cells.values())


def _holds(value: Value, construction: Event) -> bool:
    if isinstance(value.payload, Elements):
        return any(_holds(item, construction) for item in value.payload.items)
    return value.made_by is construction.operation


def _function(value: Value) -> bool:
    if isinstance(value.payload, Elements):
        return any(_function(item) for item in value.payload.items)
    return value.kind is Kind.FUNCTION


# the rates


@dataclass(frozen=True, slots=True)
class Excess:
    """A rate above the limit: how large, and how grave."""

    rate: Setting
    size: float
    level: Level


def _worst(rates: Iterable[Setting], entry: Optimizer, trace: Trace, limits: Limits) -> Excess | None:
    found = [excess for rate in rates if (excess := _excess(rate, entry, trace, limits)) is not None]
    return max(found, key=lambda excess: (excess.level, excess.size), default=None)


def _excess(rate: Setting, entry: Optimizer, trace: Trace, limits: Limits) -> Excess | None:
    """Of a rate that may be one of several, the smallest decides how grave it is, the largest whether it is said."""
    choices = [choice.range.lo for choice in alternatives(rate.value) if choice.known]
    if not choices or max(choices) <= limits.max_learning_rate:
        return None
    if min(choices) <= limits.max_learning_rate:
        return Excess(rate, max(choices), Level.NOTE)
    return Excess(rate, min(choices), _level(min(choices), entry, trace, limits))


def _level(size: float, entry: Optimizer, trace: Trace, limits: Limits) -> Level:
    far = size > FAR * limits.max_learning_rate
    if entry.stride is Stride.PROPORTIONAL:
        return Level.ERROR if far and not clips_somewhere(trace) else Level.NOTE
    if entry.stride is Stride.SHRINKING and not far:
        return Level.NOTE  # AdaGrad and FTRL are trained with such rates: 0.15 in summarisation, 0.1 in word vectors
    near = size <= NEAR * limits.max_learning_rate and not _deep(trace)
    return Level.ERROR if far else Level.NOTE if near else Level.WARNING


def _deep(trace: Trace) -> bool:
    """The file's networks have more than one layer that learns, or a recurrent one."""
    layers = {id(event.node) for event in trace.of(*NETWORKS)}
    return len(layers) > 1 or any(True for _ in trace.of(Op.RECURRENT, Op.ATTENTION))


# the finding


def _draft(event: Event, name: str, entry: Optimizer, excess: Excess, trace: Trace) -> Draft:
    size = number(excess.size)
    if entry.stride is Stride.PROPORTIONAL:
        reason = f"steps overshoot wherever the curvature of the loss exceeds {number(2 / excess.size)}"
    else:
        reason = "the rate alone sets how far its steps move the weights, whatever the size of the gradient"
    node = excess.rate.node
    rewrite = None
    if isinstance(node, (cst.Float, cst.Integer)):
        rewrite = Rewrite(f"Use a rate of {USUAL}", Applicability.SUGGESTION, (Replace(node, USUAL),))
    return Draft(
        event=event,
        level=excess.level,
        message=f"learning rate of {size} for `{name}`{_beside_usual(excess.size, entry)}: {reason}",
        remedy=f"Start from {USUAL} and raise it while the loss goes down.",
        evidence=(
            *_read(excess.rate.value, trace),
            *([Clue(node, f"the rate is {size}", excess.rate.value)] if node else []),
        ),
        rewrite=rewrite,
    )


def _beside_usual(size: float, entry: Optimizer) -> str:
    usual = entry.default_rate
    if usual is None or entry.stride is Stride.PROPORTIONAL:  # gradient descent has no rate that suits most problems
        return ""
    return f", {number(size / usual)} times its default"


def _read(rate: Value, trace: Trace) -> tuple[Clue, ...]:
    """Where the rate was read from a configuration file."""
    origin = trace.origin(rate)
    return (clue(origin),) if origin is not None and origin.op is Op.ARGUMENT else ()


_TRAIN = """
    for _ in range(60):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return model
"""
_FIRST_STEP = """
    before = model.weight.detach().clone()
    (model(x) - 5).square().mean().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return model.weight.detach() - before
"""


def _script(body: str, construction: str, head: str = "import torch\n", parameters: str = "x, y") -> str:
    model = "    model = torch.nn.Linear(1, 1)\n"
    return f"{head}\n\ndef f({parameters}):\n{model}    optimizer = {construction}\n{body.lstrip() and body[1:]}"


_ONES = "torch.tensor([[1.0]]), torch.tensor([[0.5]])"
_MOVED = "f(torch.ones(2, 1)).abs().max().item() > 0.2"
_ARGPARSE = """\
import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.5)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args([])

"""
_CONFIG = """\
import torch


class Config:
    def __init__(self, hidden=16, rate=0.3):
        self.hidden = hidden
        self.rate = rate


config = Config()

"""

RULE = Rule(
    code="NAN404",
    name="high-learning-rate",
    summary="A learning rate above 1e-1 reaches an optimizer that is not made for it.",
    why=(
        "Gradient descent with rate r diverges wherever the curvature of the loss exceeds 2/r; optimizers of Adam's"
        " family move each weight by about the rate at every early step, whatever the gradient. Both end in activations"
        " that overflow. Gradient descent between 0.1 and 1 is a note (it is right for small or normalised problems),"
        " above 1 without a clip an error; Adam and its kin above 0.25 (above 0.1 in a network of several layers) are a"
        " warning, above 1 an error. Where nothing is trained, in a test or with a network's bare output for a loss, it"
        " is a note."
    ),
    check=check,
    specific=40,
    options=(MAX,),
    remedy="Start from 1e-3 (1e-2 for plain gradient descent) and raise the rate while the loss goes down.",
    fix=Applicability.SUGGESTION,
    fix_note="Which rate is right depends on the problem, so 1e-3 is shown and never applied.",
    bad=(
        Bad(
            "torch",
            _script(_TRAIN, "torch.optim.SGD(model.parameters(), lr=5.0)"),
            _script(_TRAIN, "torch.optim.SGD(model.parameters(), lr=1e-3)"),
            hostile=_ONES,
        ),
        Bad(
            "torch",
            _script(_TRAIN, "torch.optim.SGD(model.parameters(), 0.9, momentum=0.9)"),
            _script(_TRAIN, "torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9)"),
            hostile="torch.tensor([[4.0]]), torch.tensor([[0.5]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _script(_FIRST_STEP, "torch.optim.Adam(model.parameters(), lr=0.5)", parameters="x"),
            _script(_FIRST_STEP, "torch.optim.Adam(model.parameters(), lr=1e-3)", parameters="x"),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _script(
                _FIRST_STEP,
                'torch.optim.AdamW([{"params": model.parameters(), "lr": 3}, {"params": []}], lr=1e-3)',
                parameters="x",
            ),
            _script(
                _FIRST_STEP,
                'torch.optim.AdamW([{"params": model.parameters(), "lr": 1e-3}, {"params": []}], lr=1e-3)',
                parameters="x",
            ),
            proof=_MOVED,
        ),
        Bad(
            "torch",
            _script(_FIRST_STEP, "torch.optim.RMSprop(model.parameters(), lr=args.lr)", _ARGPARSE, "x"),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _script(_FIRST_STEP, "torch.optim.Adam(model.parameters(), lr=config.rate)", _CONFIG, "x"),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _script(
                '\n    for group in optimizer.param_groups:\n        group["lr"] = 0.5\n' + _FIRST_STEP[1:],
                "torch.optim.Adam(model.parameters())",
                parameters="x",
            ),
            proof=_MOVED,
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            _script(_FIRST_STEP, "torch.optim.NAdam(model.parameters(), lr=2 * rate)", parameters="x, rate=0.4"),
            proof=_MOVED,
            level=Level.WARNING,
        ),
    ),
    good=(
        Good("torch", _script(_TRAIN, "torch.optim.SGD(model.parameters(), lr=0.1)"), "the limit itself is allowed"),
        Good(
            "torch", _script(_TRAIN, "torch.optim.Adadelta(model.parameters(), lr=1.0)"), "1.0 is Adadelta's default."
        ),
        Good(
            "torch",
            _script(_TRAIN, "torch.optim.LBFGS(model.parameters(), lr=0.8)"),
            "A quasi-Newton step has length 1 by nature.",
        ),
        Good(
            "torch",
            _script(_TRAIN, "torch.optim.Rprop(model.parameters(), lr=0.5)"),
            "The rate is only the first step size, which adapts.",
        ),
        Good(
            "torch",
            _script(
                "\n    scale = lambda step: 512**-0.5 * min((step + 1) ** -0.5, (step + 1) * 4000**-1.5)\n"
                "    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, scale)\n"
                + _TRAIN[1:].replace("    return", "        schedule.step()\n    return"),
                "torch.optim.Adam(model.parameters(), lr=1.0)",
            ),
            "A warm-up schedule multiplies the base rate of 1.0 by small factors.",
        ),
        Good(
            "torch",
            _script(
                "\n    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=60)\n"
                + _TRAIN[1:].replace("    return", "        schedule.step()\n    return"),
                "torch.optim.SGD(model.parameters(), lr=1.0)",
            ),
            "The schedule replaces the optimizer's rate.",
        ),
        Good(
            "torch",
            _script(
                '\n    for group in optimizer.param_groups:\n        group["lr"] = 0.5 * group["lr"]\n' + _TRAIN[1:],
                "torch.optim.Adam(model.parameters())",
            ),
            "The rate in each group is halved, not set to 0.5.",
        ),
        Good(
            "torch",
            _script(_TRAIN, "torch.optim.SGD(model.parameters(), lr=rate)", parameters="x, y, rate"),
            "Nothing is known of the rate.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import json

import torch


def f(text='{"rate": 5.0}'):
    model = torch.nn.Linear(1, 1)
    return torch.optim.SGD(model.parameters(), lr=json.loads(text)["rate"])
""",
            "The rate comes from data that is read at run time.",
        ),
    ),
)
