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
def test_unclipped_loop_with_a_risk_is_a_note_that_names_it(code: str) -> None:
    (finding,) = findings(code, "NAN401")
    assert finding.level is Level.NOTE
    assert finding.evidence[0].text in finding.message


DIVERGING = {
    "the exp of a network's output with plain gradient descent": """\
def train(model, x):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    head = nn.Linear(4, 4)
    for _ in range(9):
        mean, logvar = model(x), head(x)
        loss = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
    "a recurrent network at a rate that is far too high": """\
def train(x):
    model = nn.LSTM(2, 2)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.5)
    for _ in range(9):
        optimizer.zero_grad()
        model(x)[0].square().mean().backward()
        optimizer.step()
""",
}


@pytest.mark.parametrize("code", DIVERGING.values(), ids=DIVERGING)
def test_unclipped_loop_that_likely_diverges_is_a_warning_that_names_both_reasons(code: str) -> None:
    (finding,) = findings(code, "NAN401")
    assert finding.level is Level.WARNING
    assert f"{finding.evidence[0].text}, and " in finding.message


UNLIKELY = {
    "the gradient of an exp that a logarithm takes back": """\
def train(x):
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(9):
        optimizer.zero_grad()
        torch.log(1 + model(x).exp()).sum().backward()
        optimizer.step()
""",
    "a recurrent network that the loss does not depend on": """\
def train(x):
    model, memory = nn.Linear(2, 2), nn.GRU(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(9):
        memory(x)
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
""",
    "a recurrent network at a small rate": """\
def train(x):
    model = nn.GRU(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(9):
        optimizer.zero_grad()
        model(x)[0].square().mean().backward()
        optimizer.step()
""",
    "a policy whose returns are standardised": """\
from torch.distributions import Categorical


def train(x, returns):
    policy = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
    for _ in range(9):
        chosen = Categorical(logits=policy(x))
        scaled = (returns - returns.mean()) / (returns.std() + 1e-6)
        optimizer.zero_grad()
        (-chosen.log_prob(chosen.sample()) * scaled).sum().backward()
        optimizer.step()
""",
}


@pytest.mark.parametrize("code", UNLIKELY.values(), ids=UNLIKELY)
def test_unclipped_gradient_descent_without_such_growth_is_a_note(code: str) -> None:
    (finding,) = findings(code, "NAN401")
    assert finding.level is Level.NOTE


def test_single_steps_of_a_recurrent_cell_per_layer_are_no_network_over_time() -> None:
    code = """\
class Depth(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 4)

    def forward(self, x, state):
        return self.lstm(x.unsqueeze(0), state)


def train(x, state):
    layers = nn.ModuleList([Depth() for _ in range(2)])
    optimizer = torch.optim.SGD(layers.parameters(), lr=0.1)
    for _ in range(9):
        for layer in layers:
            x, state = layer(x, state)
        optimizer.zero_grad()
        x.square().mean().backward()
        optimizer.step()
"""
    (finding,) = findings(code, "NAN401")
    assert (finding.level, "recurrent" in finding.message) == (Level.NOTE, False)


def test_a_huge_gradient_is_said_to_do_what_it_does_to_the_optimizer() -> None:
    by_optimizer = {
        name: findings(PLAIN.replace("optimizer, x):\n", f"x):\n    optimizer = torch.optim.{name}\n"), "NAN401")
        for name in ("SGD(model.parameters(), lr=0.1)", "Adam(model.parameters())")
    }
    messages = [finding.message.partition(": ")[2] for (finding,) in by_optimizer.values()]
    assert messages == [
        "one large loss throws the weights off",
        "one huge gradient stays in the state of `Adam` for many steps",
    ]


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


HELPERS = {
    "accelerate clips only where gradients are synchronised": (
        """\
from accelerate import Accelerator


def train(model, x):
    optimizer = torch.optim.Adam(model.parameters())
    accelerator = Accelerator()
    model, optimizer = accelerator.prepare(model, optimizer)
    for _ in range(9):
        optimizer.zero_grad()
        accelerator.backward(model(x).square().mean())
        optimizer.step()
""",
        """\
        if accelerator.sync_gradients:
            accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
""",
    ),
    "a Lightning module optimised by hand": (
        """\
import lightning as L


class Module(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.layer = nn.Linear(2, 1)

    def training_step(self, batch, index):
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(self.layer(batch).mean())
        optimizer.step()
""",
        """\
        self.clip_gradients(optimizer, gradient_clip_val=1.0, gradient_clip_algorithm="norm")
        optimizer.step()
""",
    ),
}


@pytest.mark.parametrize(("code", "end"), HELPERS.values(), ids=HELPERS)
def test_helper_that_computes_the_gradients_clips_them_itself(code: str, end: str) -> None:
    assert fixed(code, "NAN401") == code.replace("        optimizer.step()\n", end)
    assert findings(fixed(code, "NAN401"), "NAN401") == ()


TRAINER = """\
import pytorch_lightning as pl


def fit(module, data):
    trainer = pl.Trainer(max_epochs=3)
    trainer.fit(module, data)
"""
TRAINERS_THAT_CLIP = {
    "by an argument": TRAINER.replace("max_epochs=3", "gradient_clip_val=0.5"),
    "perhaps, by arguments from elsewhere": TRAINER.replace("max_epochs=3", "**options").replace(
        "data)", "data, options)"
    ),
    "in a hook of the module": TRAINER
    + """\


class Module(pl.LightningModule):
    def on_before_optimizer_step(self, optimizer):
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
""",
    "not, since the module makes the steps": TRAINER
    + """\


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
""",
    "not, since they only test": TRAINER.replace(".fit(", ".test("),
    "by default": """\
from transformers import TrainingArguments

arguments = TrainingArguments("out", learning_rate=1e-4)
""",
}


@pytest.mark.parametrize("code", TRAINERS_THAT_CLIP.values(), ids=TRAINERS_THAT_CLIP)
def test_trainer_with_a_clip_is_not_reported(code: str) -> None:
    assert findings(code, "NAN401") == ()


def test_trainer_without_a_clip_gets_one() -> None:
    assert fixed(TRAINER, "NAN401") == TRAINER.replace("max_epochs=3", "gradient_clip_val=1.0, max_epochs=3")


def test_trainer_without_arguments_gets_one() -> None:
    code = TRAINER.replace("max_epochs=3", "")
    assert fixed(code, "NAN401") == TRAINER.replace("max_epochs=3", "gradient_clip_val=1.0")


def test_trainer_of_a_recurrent_network_says_so() -> None:
    code = TRAINER + "\n\ndef forward(x):\n    return nn.LSTM(2, 2)(x)\n"
    (finding,) = findings(code, "NAN401")
    assert finding.level is Level.NOTE and "recurrent" in finding.message


def test_clip_that_a_trainer_is_told_to_leave_out_comes_back() -> None:
    code = 'from transformers import TrainingArguments\n\narguments = TrainingArguments("out", max_grad_norm=0)\n'
    assert fixed(code, "NAN401") == code.replace("max_grad_norm=0", "max_grad_norm=1.0")


# clips of scaled gradients

SCALED = """\
def train(model, x):
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler()
    for _ in range(9):
        optimizer.zero_grad()
        scaler.scale(model(x).square().mean()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
"""


def test_scaler_that_is_passed_in_makes_it_a_warning() -> None:
    code = SCALED.replace("(model, x)", "(model, x, scaler)").replace("    scaler = torch.amp.GradScaler()\n", "")
    (finding,) = findings(code, "NAN403")
    assert finding.level is Level.WARNING


def test_unscale_is_not_inserted_where_the_clip_shares_its_line() -> None:
    (finding,) = findings(SCALED.replace("1.0)\n        scaler", "1.0); scaler"), "NAN403")
    assert finding.fix is None


def test_helper_that_clips_scaled_gradients_is_reported_without_a_fix() -> None:
    code = "def limit(model):\n    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n\n\n" + SCALED.replace(
        "nn.utils.clip_grad_norm_(model.parameters(), 1.0)", "limit(model)"
    )
    (finding,) = findings(code, "NAN403")
    assert (finding.level, finding.fix) == (Level.ERROR, None)


def test_step_past_a_scaler_that_has_unscaled_is_a_warning() -> None:
    code = SCALED.replace(
        "        nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n", "        scaler.unscale_(optimizer)\n"
    )
    (finding,) = findings(code.replace("scaler.step(optimizer)", "optimizer.step()"), "NAN403")
    assert finding.level is Level.WARNING and "overflowed" in finding.message


# gradients that add up

ZEROED = {
    "by a call before the loop for one round only": PLAIN.replace("range(9)", "range(1)"),
    "by a library": PLAIN.replace("optimizer.zero_grad()", "prepare_step(optimizer)"),
    "by hand": PLAIN.replace("optimizer.zero_grad()", "for p in model.parameters(): p.grad.zero_()"),
    "where the loop leaves at once": PLAIN.replace("        optimizer.zero_grad()\n", "") + "        break\n",
    "in a method that steps": """\
class Scheduled:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def step_and_zero(self):
        self.optimizer.step()
        self.optimizer.zero_grad()


def train(model, x):
    scheduled = Scheduled(torch.optim.Adam(model.parameters()))
    for _ in range(9):
        model(x).mean().backward()
        scheduled.step_and_zero()
""",
    "through the model that holds the trained one": """\
def train(x):
    head = nn.Linear(2, 1)
    model = nn.Sequential(nn.Linear(2, 2), head)
    optimizer = torch.optim.Adam(head.parameters())
    for _ in range(9):
        model.zero_grad()
        model(x).mean().backward()
        optimizer.step()
""",
}


@pytest.mark.parametrize("code", ZEROED.values(), ids=ZEROED)
def test_gradients_that_do_not_add_up_are_not_reported(code: str) -> None:
    assert findings(code, "NAN406") == ()


def test_gradients_are_zeroed_behind_a_step_that_comes_after_several_backward_passes() -> None:
    code = """\
def train(model, optimizer, parts):
    for _ in range(9):
        for x in parts:
            model(x).mean().backward()
        optimizer.step()
"""
    assert fixed(code, "NAN406") == code + "        optimizer.zero_grad()\n"


def test_zero_grad_outside_of_the_loop_is_named() -> None:
    code = PLAIN.replace("        optimizer.zero_grad()\n", "").replace("    for", "    optimizer.zero_grad()\n    for")
    (finding,) = findings(code, "NAN406")
    assert "outside of the loop" in finding.message


# remedies that come too late


@pytest.mark.parametrize("end", ["break", "return", "raise ValueError(loss)"])
def test_test_after_the_step_that_ends_training_is_not_reported(end: str) -> None:
    code = PLAIN + f"        if torch.isnan(loss):\n            {end}\n"
    assert findings(code, "NAN407") == ()


def test_repaired_loss_of_unknown_origin_is_a_note() -> None:
    code = PLAIN.replace("loss.backward()", "torch.nan_to_num(loss).backward()")
    (finding,) = findings(code, "NAN407")
    assert finding.level is Level.NOTE


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


def test_rate_that_is_set_in_a_group_is_judged() -> None:
    code = """\
def f(model):
    optimizer = torch.optim.Adam(model.parameters())
    for group in optimizer.param_groups:
        group["lr"] = 0.5
"""
    (finding,) = findings(code, "NAN404")
    assert finding.level is Level.WARNING and "`Adam`" in finding.message


def test_rate_of_a_single_image_is_a_note() -> None:
    code = "def f(image):\n    return torch.optim.Adam([image.requires_grad_()], lr=2.0)\n"
    (finding,) = findings(code, "NAN404")
    assert finding.level is Level.NOTE


# settings of optimizers


@pytest.mark.parametrize(
    "settings",
    ["momentum=1.0", "momentum=-0.1", "lr=-1e-3", "weight_decay=-1e-4", "momentum=1.0 if nesterov else 1.5"],
)
def test_setting_out_of_its_domain_is_an_error(settings: str) -> None:
    (finding,) = findings(f"def f(model, nesterov):\n    torch.optim.SGD(model.parameters(), {settings})\n", "NAN405")
    assert finding.level is Level.ERROR


@pytest.mark.parametrize("betas", ["(0.9, 0.999)", "(0.0, 0.9)", "(beta, 0.999)", "(1.0 if beta else 0.9, 0.999)"])
def test_betas_that_may_be_fine_are_not_reported(betas: str) -> None:
    code = f"def f(model, beta):\n    torch.optim.Adam(model.parameters(), betas={betas})\n"
    assert findings(code, "NAN405") == ()


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


LAYER = "    h = tf.tanh(h * w + tf.abs(h))\n"
ONE_BY_ONE = """\
    for i, (gradient, variable) in enumerate(pairs):
        if gradient is not None:
            pairs[i] = (tf.clip_by_norm(gradient, 1.0), variable)
"""
BESIDE = "    clipped = [tf.clip_by_norm(gradient, 1.0) for gradient, variable in pairs]\n"


@pytest.mark.parametrize(("clipping", "found"), [(ONE_BY_ONE, 0), (BESIDE, 1)])
def test_a_clip_reaches_the_step_however_long_the_loss_is(clipping: str, found: int) -> None:
    graph = f"""\
import tensorflow as tf


def f(x):
    w = tf.Variable(1.0)
    h = x
{LAYER * 200}\
    optimizer = tf.compat.v1.train.AdamOptimizer(1e-3)
    pairs = optimizer.compute_gradients(tf.reduce_mean(h))
{clipping}\
    return optimizer.apply_gradients(pairs)
"""
    assert len(findings(graph, "NAN402")) == found
