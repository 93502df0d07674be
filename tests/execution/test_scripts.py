"""The example scripts run: healthy ones stay finite, buggy ones break on hostile options until they are fixed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tensorflow.errors import InvalidArgumentError

from nanlint.api import fix_source
from tests.execution.harness import define
from tests.scripts import BUGGY, BY_HAND, EXAMPLES, HEALTHY

pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # NumPy tells of every overflow
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`"),  # Keras 3, of what Keras 2 asked for
]

SHORT = {
    "char_rnn": ["4"],
    "metric_learning": ["--steps", "4"],
    "ppo": ["--iterations", "2"],
    "ppo_stable": ["--iterations", "2"],
    "classifier": ["--epochs", "1", "--lr", "1e-3"],
}
"""Options for a short run; the other scripts take `--steps`."""

HOSTILE = {
    "classifier": ["--epochs", "2"],
    "vae": ["--contrast", "1e5"],
    "gan": ["--radius", "1e4"],
    "depth": ["--brightness", "1e6", "--steps", "12"],
    "logistic_numpy": ["--input-scale", "1e3", "--steps", "31"],
    "ppo": ["--observation-scale", "1e4"],
    "keras_depth": ["--brightness", "1e6", "--steps", "12"],
    "keras_labels": ["--steps", "1"],
    "tf1_digits": ["--brightness", "1e4", "--steps", "10"],
}
"""Options on which the buggy script loses its loss."""


def loss(text: str, options: list[str]) -> float:
    """The last loss of a script's run; NaN where a library refuses to go on."""
    try:
        return float(define(text)["main"](options))
    except InvalidArgumentError:
        return math.nan
    except ValueError as error:
        assert "nan" in str(error)
        return math.nan


def short(path: Path) -> list[str]:
    return SHORT.get(path.stem, ["--steps", "4"])


def fixed(path: Path) -> str:
    text = path.read_text(encoding="utf-8").replace(*BY_HAND.get(path.stem, ("", "")))
    return fix_source(text, path.name, unsafe=True).text


def buggy(name: str) -> Path:
    return EXAMPLES / "buggy" / f"{name}.py"


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_healthy_script_stays_finite(path: Path) -> None:
    assert math.isfinite(loss(path.read_text(encoding="utf-8"), short(path)))


@pytest.mark.parametrize("path", BUGGY, ids=lambda path: path.stem)
def test_fixed_script_runs(path: Path) -> None:
    assert math.isfinite(loss(fixed(path), short(path)))


@pytest.mark.parametrize("name", HOSTILE)
def test_buggy_script_breaks(name: str) -> None:
    assert not math.isfinite(loss(buggy(name).read_text(encoding="utf-8"), HOSTILE[name]))


@pytest.mark.parametrize("name", HOSTILE)
def test_fixed_script_survives_what_broke_it(name: str) -> None:
    assert math.isfinite(loss(fixed(buggy(name)), HOSTILE[name]))
