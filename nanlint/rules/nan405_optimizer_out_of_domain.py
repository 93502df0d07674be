"""A setting of an optimizer outside the numbers for which its update is defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.hyperparameters import Setting, parts, settings, table
from nanlint.reasoning.protocol import last_word
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Rule


@dataclass(frozen=True, slots=True)
class Domain:
    """The numbers from `low` to below `below`; `low` itself only if `closed`. What happens beyond either end."""

    low: float
    below: float
    under: str
    over: str = ""
    closed: bool = True

    def lacks(self, x: float) -> bool:
        return x < self.low or (x == self.low and not self.closed) or x >= self.below

    def __str__(self) -> str:
        upper = "" if self.below == INFINITE else f" and below {number(self.below)}"
        return f"{'at least' if self.closed else 'above'} {number(self.low)}{upper}"


INFINITE = float("inf")
REFUSED = "the constructor refuses it"
_AVERAGE = Domain(0.0, 1.0, "the average changes its sign at every step", "the average never starts to move")
_POSITIVE = Domain(0.0, INFINITE, "its root or quotient is not a number")
DOMAINS = {
    "lr": Domain(0.0, INFINITE, "the loss would go up"),
    "momentum": Domain(
        0.0, 1.0, "each step undoes the one before", "old gradients never fade, and the velocity grows without end"
    ),
    "betas": _AVERAGE,
    "beta1": _AVERAGE,
    "beta2": _AVERAGE,
    "smoothing": Domain(
        0.0,
        1.0,
        "the mean square may be negative, and it has no root",
        "the mean square never moves from where it starts (or goes below), and is divided by",
    ),
    "rho": Domain(0.0, 1.0, "the mean square may be negative", "the mean square never moves from 0"),
    "eps": Domain(0.0, INFINITE, "a gradient that is 0 is divided by 0", closed=False),
    "weight_decay": Domain(0.0, INFINITE, "the weights would grow by themselves"),
    "lr_decay": _POSITIVE,
    "initial_accumulator_value": _POSITIVE,
}


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for construction in trace.of(Op.OPTIMIZER):
        found = next(_wrong(construction), None)
        if found is not None and table(construction) is not None:
            yield _draft(construction, *found)


def _wrong(construction: Event) -> Iterator[tuple[str, Domain, Setting, float]]:
    """The settings outside their domain on every way through the branches."""
    for name, domain in DOMAINS.items():
        for setting in settings(construction, name):
            for part in parts(setting):
                numbers = part.known()
                if numbers and part.certain and all(domain.lacks(x) for x in numbers):
                    yield name, domain, part, numbers[0]


def _draft(construction: Event, name: str, domain: Domain, setting: Setting, x: float) -> Draft:
    over = x >= domain.below
    why = domain.over if over else domain.under
    refused = x != domain.low and registry.refuses(construction.framework, name, below=not over)
    if refused:
        why = f"{why}, and {REFUSED}"
    what = {"lr": "learning rate", "betas": "beta", "weight_decay": "weight decay"}.get(name, name.replace("_", " "))
    evidence = (Clue(setting.node, f"{what} of {number(x)}", setting.value),) if setting.node is not None else ()
    return Draft(
        event=construction,
        level=Level.NOTE if (_turned(setting) or _says_none(name, setting, x)) and not refused else Level.ERROR,
        message=f"{what} of {number(x)} for `{last_word(construction)}`: {why}",
        remedy=f"Choose a number that is {domain}.",
        evidence=evidence,
    )


def _says_none(name: str, setting: Setting, x: float) -> bool:
    """A rate of -1 that somebody hands over: the optimizer is made because it has to be, and takes no step."""
    return name == "lr" and x == -1.0 and not isinstance(setting.node, cst.UnaryOperation)


def _turned(setting: Setting) -> bool:
    """`-rate`: somebody turns the sign of a rate, to climb and not to descend."""
    node = setting.node
    if not isinstance(node, cst.UnaryOperation) or not isinstance(node.operator, cst.Minus):
        return False
    return not isinstance(node.expression, cst.BaseNumber)


def _made(construction: str, head: str = "", parameters: str = "x") -> str:
    """Training with gradients that are 0 for one of two weights."""
    return f"""\
import torch
{head}

def f({parameters}):
    model = torch.nn.Linear(2, 1, bias=False)
    optimizer = {construction}
    for _ in range(30):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model
"""


_X = "torch.tensor([[1.0, 0.0]])"
_REFUSED = f"raises(ValueError, lambda: f({_X}))"
_CLASS = """\
from torch import nn, optim


class Trainer:
    def __init__(self, momentum=0.9):
        self.net = nn.Linear(2, 1)
        self.optimizer = optim.SGD(self.net.parameters(), lr=0.01, momentum=momentum)

    def update(self, x):
        self.optimizer.zero_grad()
        loss = (self.net(x) - 5).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1000.0)
        self.optimizer.step()


def f(x):
    trainer = Trainer()
    for _ in range(400):
        trainer.update(x)
    return trainer.net
"""
_LARGE = f"max(p.abs().max().item() for p in f({_X}).parameters()) > 5"

RULE = Rule(
    code="NAN405",
    name="optimizer-out-of-domain",
    summary="A momentum or beta of 1 or more, a negative rate, epsilon or decay, an epsilon of 0.",
    why=(
        "The update rules are defined for averages that fade and for denominators above 0. A momentum of 1 adds up"
        " every gradient there ever was and never comes to rest; with eps=0 a weight whose gradient is 0 becomes NaN at"
        " the first step. Most other numbers out of the domain are refused when the script runs, often long after the"
        " data was prepared."
    ),
    check=check,
    specific=40,
    remedy="Keep momentum and betas in [0, 1), eps above 0, rates and decays at 0 or more.",
    bad=(
        Bad(
            "torch",
            _made("torch.optim.Adam(model.parameters(), lr=1e-3, eps=0)"),
            _made("torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-6)"),
            hostile=_X,
        ),
        Bad(
            "torch",
            _made("torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=1.5)"),
            _made("torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9)"),
            hostile=_X,
        ),
        Bad(
            "torch",
            _made("torch.optim.AdamW(model.parameters(), betas=(0.9, 1.0))"),
            _made("torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99))"),
            proof=_REFUSED,
        ),
        Bad(
            "torch",
            _made("torch.optim.SGD(model.parameters(), lr=-1e-2)"),
            _made("torch.optim.SGD(model.parameters(), lr=1e-2)"),
            proof=_REFUSED,
        ),
        Bad(
            "torch",
            _made('torch.optim.SGD([{"params": model.parameters(), "weight_decay": -50}], lr=1e-2)'),
            _made('torch.optim.SGD([{"params": model.parameters(), "weight_decay": 1e-4}], lr=1e-2)'),
            proof=_LARGE,
        ),
        Bad("torch", _CLASS.replace("momentum=0.9", "momentum=2.0"), _CLASS, hostile=_X),
        Bad(
            "torch",
            _made("torch.optim.NAdam(model.parameters(), betas=BETAS)", "\nBETAS = [1.0, 0.999]\n"),
            _made("torch.optim.NAdam(model.parameters(), betas=BETAS)", "\nBETAS = [0.9, 0.999]\n"),
            proof=_REFUSED,
        ),
    ),
    good=(
        Good("torch", _made("torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.99)"), "0.99 is below 1."),
        Good("torch", _made("torch.optim.Adam(model.parameters(), betas=(0.0, 0.9))"), "0 is allowed: no averaging."),
        Good("torch", _made("torch.optim.SGD(model.parameters(), lr=0.0)"), "A rate of 0 changes nothing, a warm-up."),
        Good("torch", _made("torch.optim.ASGD(model.parameters(), lr=0.01, alpha=1.0)"), "This alpha is an exponent."),
        Good(
            "torch",
            _made("torch.optim.Adam(model.parameters(), eps=eps)", parameters="x, eps"),
            "Nothing is known of the epsilon.",
        ),
        Good(
            "torch",
            _made("torch.optim.Adam(model.parameters(), eps=0 if x is None else 1e-8)"),
            "One way through the code gives an epsilon that is fine.",
        ),
        Good(
            "torch",
            _made("torch.optim.Adafactor(model.parameters(), lr=1e-2, beta2_decay=-0.8)"),
            "A decay rate that is negative by design.",
        ),
        Good(
            "torch",
            _made("torch.optim.Adam(model.parameters(), lr=1e-3, maximize=True)"),
            "Going up is asked for by a flag, not by a negative rate.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _made(
                "torch.optim.SGD(model.parameters(), **settings)",
                '\nimport json\n\nsettings = json.loads(\'{"lr": 0.01, "momentum": 1.0}\')\n',
            ),
            "The setting comes from text that is parsed at run time.",
        ),
    ),
)
