"""Rules on losses and training loops, in shapes that their examples leave out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.findings import Applicability, Finding, Level
from nanlint.settings import Settings

HEAD = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

"""


def findings(code: str, rule: str, settings: Settings | None = None) -> Sequence[Finding]:
    report = lint_source(HEAD + code, "script.py", settings or Settings(select=(rule,)))
    assert report.problems == ()
    return report.findings


def fixed(code: str, rule: str) -> str:
    text = fix_source(HEAD + code, "script.py", Settings(select=(rule,)), unsafe=True).text
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


PLAIN = """\
def train(model, optimizer, x):
    for _ in range(9):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
"""

# unclipped gradients

NO_PLACE_FOR_A_CLIP = {
    "gradients are computed inside the step": """\
def train(model, x):
    optimizer = torch.optim.LBFGS(model.parameters())

    def closure():
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        return loss

    for _ in range(9):
        optimizer.step(closure)
""",
    "the step shares its line with the backward pass": """\
def train(model, optimizer, x):
    for _ in range(9):
        loss = model(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
""",
    "the step stands behind a colon": """\
def train(model, optimizer, x, k=4):
    for i in range(9):
        loss = model(x).square().mean()
        loss.backward()
        if i % k == 0: optimizer.step(); optimizer.zero_grad()
""",
    "a library with a clip of its own computes the gradients": """\
def train(accelerator, model, optimizer, x):
    for _ in range(9):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        accelerator.backward(loss)
        optimizer.step()
""",
    "gradients belong to master copies": """\
from apex import amp


def train(model, optimizer, x):
    for _ in range(9):
        optimizer.zero_grad()
        with amp.scale_loss(model(x).mean(), optimizer) as scaled:
            scaled.backward()
        optimizer.step()
""",
}


@pytest.mark.parametrize("code", NO_PLACE_FOR_A_CLIP.values(), ids=NO_PLACE_FOR_A_CLIP)
def test_unclipped_loop_is_reported_without_a_fix(code: str) -> None:
    (finding,) = findings(code, "NAN401")
    assert (finding.level, finding.fix) == (Level.NOTE, None)


CUES = {
    "a logarithm that reaches 0": PLAIN.replace("model(x).square()", "torch.log(torch.softmax(model(x), -1))"),
    "the ratio of two policies": """\
from torch.distributions import Normal


def train(policy, optimizer, x, action, old, advantage):
    for _ in range(9):
        ratio = torch.exp(Normal(policy(x), 1.0).log_prob(action) - old)
        loss = -(ratio * advantage).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
    "attention with a gradient scaler": """\
def train(x):
    model = nn.TransformerEncoderLayer(8, 2)
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler()
    for _ in range(9):
        optimizer.zero_grad()
        scaler.scale(model(x).square().mean()).backward()
        scaler.step(optimizer)
        scaler.update()
""",
}


@pytest.mark.parametrize("code", CUES.values(), ids=CUES)
def test_unclipped_loop_with_a_risk_is_a_warning_that_names_it(code: str) -> None:
    (finding,) = findings(code, "NAN401")
    assert finding.level is Level.WARNING
    assert finding.evidence[0].text in finding.message


CLIPPED = {
    "by a method of the optimizer": PLAIN.replace(
        "optimizer.step()", "optimizer.clip_gradients(1.0)\n        optimizer.step()"
    ),
    "in a helper of the file": """\
def limit_gradients(model):
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)


"""
    + PLAIN.replace("optimizer.step()", "limit_gradients(model)\n        optimizer.step()"),
    "behind a test that the default rules out": PLAIN.replace("x):", "x, limit=None):").replace(
        "optimizer.step()",
        "if limit:\n            nn.utils.clip_grad_norm_(model.parameters(), limit)\n        optimizer.step()",
    ),
    "by the optimizer itself": """\
from transformers import Adafactor


"""
    + PLAIN.replace("model, optimizer, x):\n", "model, x):\n    optimizer = Adafactor(model.parameters())\n"),
}


@pytest.mark.parametrize("code", CLIPPED.values(), ids=CLIPPED)
def test_clipped_loop_is_not_reported(code: str) -> None:
    assert findings(code, "NAN401") == ()


def test_only_the_first_of_several_loops_is_reported() -> None:
    code = PLAIN + "\n\n" + PLAIN.replace("train", "finetune")
    (finding,) = findings(code, "NAN401")
    assert finding.place.line == HEAD.count("\n") + 6


def test_fixing_goes_on_to_the_next_loop_until_all_are_clipped() -> None:
    text = fixed(PLAIN + "\n\n" + PLAIN.replace("train", "finetune"), "NAN401")
    assert text.count("nn.utils.clip_grad_norm_(") == 2


def test_each_of_two_optimizers_behind_one_backward_pass_gets_its_clip() -> None:
    code = """\
def train(encoder, decoder, x):
    first, second = torch.optim.Adam(encoder.parameters()), torch.optim.Adam(decoder.parameters())
    for _ in range(9):
        loss = decoder(encoder(x)).square().mean()
        loss.backward()
        first.step()
        second.step()
"""
    assert fixed(code, "NAN401").endswith(
        """\
        nn.utils.clip_grad_norm_(encoder.parameters(), max_norm=1.0)
        first.step()
        nn.utils.clip_grad_norm_(decoder.parameters(), max_norm=1.0)
        second.step()
"""
    )


def test_a_choice_of_optimizers_over_one_model_gets_one_clip() -> None:
    code = """\
def train(model, x, kind):
    if kind == "adam":
        optimizer = torch.optim.Adam(model.parameters())
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(9):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
"""
    clip = "        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)\n"
    assert fixed(code, "NAN401") == code.replace("        optimizer.step()", clip + "        optimizer.step()")


def test_gradients_are_unscaled_once() -> None:
    code = """\
def train(model, x):
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler()
    for _ in range(9):
        scaler.scale(model(x).square().mean()).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
"""
    assert fixed(code, "NAN401").count("unscale_") == 1


# clips out of place

IN_PLACE = {
    "an infinite limit measures the norm": PLAIN
    + '        norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))\n',
    "a method of its own, called between the two": """\
class Trainer:
    def __init__(self):
        self.net = nn.Linear(1, 1)
        self.optimizer = torch.optim.Adam(self.net.parameters())

    def clip(self):
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)

    def update(self, x):
        self.optimizer.zero_grad()
        self.net(x).square().mean().backward()
        self.clip()
        self.optimizer.step()
""",
    "a model that wraps the trained one": """\
from distributed import Wrapper


def train(x):
    net = nn.Linear(1, 1)
    optimizer = torch.optim.Adam(net.parameters())
    model = Wrapper(net)
    model(x).square().mean().backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
""",
}


@pytest.mark.parametrize("code", IN_PLACE.values(), ids=IN_PLACE)
def test_clip_that_works_is_not_reported(code: str) -> None:
    assert findings(code, "NAN402") == ()


def test_misplaced_clip_behind_a_test_is_not_moved_out_of_it() -> None:
    code = PLAIN.replace(
        "        loss.b",
        "        if x is not None:\n            nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n        loss.b",
    )
    (finding,) = findings(code, "NAN402")
    assert finding.fix is None


# learning rates


@pytest.mark.parametrize(
    ("optimizer", "level"),
    [
        ("SGD(model.parameters(), lr=0.3)", Level.NOTE),
        ("SGD(model.parameters(), lr=3.0)", Level.ERROR),
        ("Adam(model.parameters(), lr=0.3)", Level.WARNING),
        ("Adam(model.parameters(), lr=3)", Level.ERROR),
        ("Adam(model.parameters(), lr=0.3 if fast else 1e-3)", Level.NOTE),
    ],
)
def test_level_of_a_high_rate(optimizer: str, level: Level) -> None:
    (finding,) = findings(f"def f(model, fast):\n    return torch.optim.{optimizer}\n", "NAN404")
    assert finding.level is level


def test_large_rate_with_a_clip_is_a_note() -> None:
    code = """\
def f(model, loss):
    optimizer = torch.optim.SGD(model.parameters(), lr=20)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.25)
    optimizer.step()
"""
    (finding,) = findings(code, "NAN404")
    assert finding.level is Level.NOTE


def test_limit_of_the_rate_can_be_set() -> None:
    code = "def f(model):\n    return torch.optim.Adam(model.parameters(), lr=0.05)\n"
    assert findings(code, "NAN404") == ()
    assert len(findings(code, "NAN404", Settings(select=("NAN404",), max_learning_rate=0.01))) == 1


def test_peak_of_a_schedule_is_judged() -> None:
    code = """\
def f(model):
    optimizer = torch.optim.Adam(model.parameters())
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2.0, total_steps=100)
"""
    (finding,) = findings(code, "NAN404")
    assert finding.level is Level.WARNING and "OneCycleLR" in finding.message


# losses


def test_one_loss_object_is_changed_with_all_its_uses() -> None:
    code = """\
class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.layers(x)


def losses(real, fake, one, zero):
    critic = Critic()
    adversarial = nn.BCELoss()
    return adversarial(critic(real), one) + adversarial(critic(fake), zero)
"""
    expected = code.replace("nn.Sigmoid()", "nn.Identity()").replace("BCELoss", "BCEWithLogitsLoss")
    assert fixed(code, "NAN303") == expected
    assert {finding.fix.applicability for finding in findings(code, "NAN303") if finding.fix} == {Applicability.UNSAFE}


def test_a_loss_object_that_also_takes_other_probabilities_stays() -> None:
    code = """\
def losses(x, p, y):
    criterion = nn.BCELoss()
    return criterion(torch.sigmoid(x), y) + criterion(p, y)
"""
    (finding,) = findings(code, "NAN303")
    assert finding.fix is None


def test_model_whose_probabilities_are_shown_elsewhere_keeps_its_softmax() -> None:
    code = """\
def f(x, y):
    net = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    print(net(x).max())
    return F.cross_entropy(net(x), y)
"""
    (finding,) = findings(code, "NAN301")
    assert (finding.level, finding.fix) == (Level.ERROR, None)


def test_softmax_under_no_grad_is_a_note() -> None:
    code = """\
@torch.no_grad()
def evaluate(x, y):
    return F.cross_entropy(F.softmax(x, dim=1), y)
"""
    (finding,) = findings(code, "NAN301")
    assert finding.level is Level.NOTE


def test_labels_that_may_be_ignored_get_no_assertion() -> None:
    code = "def f(scores, y):\n    y = y.long()\n    return F.cross_entropy(scores, y, ignore_index=-1)\n"
    (finding,) = findings(code, "NAN305")
    assert finding.fix is None
