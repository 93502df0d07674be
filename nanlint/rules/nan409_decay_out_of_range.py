"""A weight decay so large that it, and not the loss, moves the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.interval import number
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks.entries import Optimizer, Stride
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.hyperparameters import Setting, settings, table
from nanlint.reasoning.protocol import last_word
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Option, Replace, Rewrite, Rule

MAX = Option(
    "max", float, 1e-2, "The largest L2 decay that is not reported; what is in use lies between 1e-6 and 1e-3."
)
MAX_DECOUPLED = Option("max-decoupled", float, 0.5, "The same of AdamW and its kin. Usual are 0.05 to 0.3.")
OVERSHOOT = 2.0  # rate times decay above which the weights grow, their sign turning at every step
TURNED = 1.0  # above which they change their sign at every step


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for construction in trace.of(Op.OPTIMIZER):
        entry = table(construction)
        worst = _worst(construction, entry, limits) if entry is not None else None
        if worst is not None and entry is not None:
            yield _draft(construction, entry, worst)


@dataclass(frozen=True, slots=True)
class Excess:
    """A decay beyond what is usual, and by which factor one step shrinks the weights, if that is known."""

    setting: Setting
    size: float
    shrink: float | None


def _worst(construction: Event, entry: Optimizer, limits: Limits) -> Excess | None:
    usual = limits.number(MAX_DECOUPLED if entry.decoupled else MAX)
    found = []
    for setting in settings(construction, "weight_decay"):
        numbers = setting.known()
        if numbers and setting.certain and min(numbers) > usual:
            found.append(Excess(setting, min(numbers), _shrink(min(numbers), construction, entry)))
    return max(found, key=lambda excess: excess.size, default=None)


def _shrink(decay: float, construction: Event, entry: Optimizer) -> float | None:
    """Rate times decay, where the update has that term as it is."""
    if not entry.decoupled and entry.stride is not Stride.PROPORTIONAL:
        return None
    rates = [rate for setting in settings(construction, "lr") for rate in setting.known()]
    if not rates and "lr" not in construction.options and entry.default_rate is not None:
        rates = [entry.default_rate]
    return min(rates) * decay if rates else None


def _draft(construction: Event, entry: Optimizer, excess: Excess) -> Draft:
    size, shrink, node = number(excess.size), excess.shrink, excess.setting.node
    level = Level.STRICT
    if shrink is not None and shrink >= TURNED:
        level = Level.ERROR if shrink > OVERSHOOT else Level.WARNING
        why = f"with this rate each step multiplies the weights by {number(1 - shrink)}"
    elif entry.decoupled:
        why = "each step shrinks the weights by the rate times that"
    else:
        why = "it outweighs the gradient of the loss for all but the smallest weights"
    usual = "1e-2" if entry.decoupled else "1e-4"
    rewrite = None
    if isinstance(node, (cst.Float, cst.Integer)):
        rewrite = Rewrite(f"Use a decay of {usual}", Applicability.SUGGESTION, (Replace(node, usual),))
    return Draft(
        event=construction,
        level=level,
        message=f"weight decay of {size} for `{last_word(construction)}`: {why}",
        remedy=f"Start from {usual}.",
        evidence=(Clue(node, f"the decay is {size}", excess.setting.value),) if node is not None else (),
        rewrite=rewrite,
    )


def _script(construction: str, parameters: str = "x, y", before: str = "") -> str:
    return f"""\
import torch
{before}

def f({parameters}):
    model = torch.nn.Linear(1, 1)
    optimizer = {construction}
    for _ in range(300):
        optimizer.zero_grad()
        loss = (model(x) - y).square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model(x).detach().sum().item()
"""


_ONE = "torch.ones(1, 1), torch.ones(1, 1)"
_FLAT = f"abs(f({_ONE}) - 1) > 0.2"
_OVERFLOWS = f"not abs(f({_ONE})) < 1e6"

RULE = Rule(
    code="NAN409",
    name="decay-out-of-range",
    summary="A weight decay far above the usual 1e-6 to 1e-3 (0.3 where it is decoupled from the gradient).",
    why=(
        "L2 decay adds the decay times the weight to the gradient; beyond 1e-2 or so that term wins, the weights go to"
        " 0, activations and variances with them, and what divides by them breaks. Decoupled decay multiplies weights"
        " by 1 minus rate times decay: a product above 1 turns their sign at every step, above 2 they grow without end."
        " Off by default but for such products."
    ),
    check=check,
    specific=30,
    options=(
        MAX,
        MAX_DECOUPLED,
    ),
    optional=True,
    remedy="Keep L2 decay below 1e-2 and decoupled decay below 0.5.",
    fix=Applicability.SUGGESTION,
    fix_note="The right decay depends on the model, so a usual one is shown and never applied.",
    bad=(
        Bad(
            "torch",
            _script("torch.optim.SGD(model.parameters(), lr=1e-2, weight_decay=5)"),
            _script("torch.optim.SGD(model.parameters(), lr=1e-2, weight_decay=1e-4)"),
            proof=_FLAT,
            level=Level.STRICT,
        ),
        Bad(
            "torch",
            _script('torch.optim.SGD([{"params": model.parameters(), "weight_decay": 300}], lr=1e-2)'),
            _script('torch.optim.SGD([{"params": model.parameters(), "weight_decay": 1e-4}], lr=1e-2)'),
            proof=_OVERFLOWS,
        ),
        Bad(
            "torch",
            _script("torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=50)"),
            _script("torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=1e-2)"),
            proof=_OVERFLOWS,
        ),
        Bad(
            "torch",
            _script("torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=decay)", "x, y, decay=1"),
            proof=_FLAT,
            level=Level.STRICT,
        ),
    ),
    good=(
        Good("torch", _script("torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=5e-4)"), "A usual decay."),
        Good(
            "torch",
            _script("torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.3)"),
            "Decoupled decay is multiplied by the rate, and 0.3 is usual for image transformers.",
        ),
        Good("torch", _script("torch.optim.Adam(model.parameters(), weight_decay=0)"), "No decay at all."),
        Good(
            "torch",
            _script("torch.optim.Adam(model.parameters(), weight_decay=decay)", "x, y, decay"),
            "Nothing is known of the decay.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _script("torch.optim.SGD(model.parameters(), lr=1e-2)").replace(
                ".square().mean()", ".square().mean() + 10 * model.weight.square().sum()"
            ),
            "The decay is a term of the loss.",
        ),
    ),
)
