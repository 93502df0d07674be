"""Why a pole does no harm, or does: each reason once, with the place that it points at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain.tools import explained, poles

HEAD = "import numpy as np\nimport torch\nimport torch.nn.functional as F\n\n\n"
SPARED = {
    "a clamp": (
        "def f(x):\n    y = torch.relu(x).clamp(min=1e-6)\n    return torch.log(y)  # HERE\n",
        ("log", "at 0", "`torch.relu(x).clamp(min=1e-6)` gives [1e-06, inf)", 7),
    ),
    "an epsilon": (
        "def f(x):\n    return x / (x.norm() + 1e-8)  # HERE\n",
        ("divide", "at 0", "`x.norm() + 1e-8` gives [1e-08, inf)", 7),
    ),
    "a guard behind a root": (
        "def f(x):\n    s = (x**2).sum() + 1e-6\n    return x / s.sqrt()  # HERE\n",
        ("divide", "at 0", "`(x**2).sum() + 1e-6` gives [1e-06, inf)", 7),
    ),
    "a test": (
        "def f(x):\n    y = torch.relu(x)\n    assert y.min() > 0\n    return y.log()  # HERE\n",
        ("log", "at 0", "the test `y.min() > 0` leaves (0, inf)", 8),
    ),
    "the right one of several tests": (
        "def f(x):\n    assert (x > 0).all()\n    assert x.max() < 9\n    return x.log()  # HERE\n",
        ("log", "at 0", "the test `(x > 0).all()` leaves (0, 9]", 7),
    ),
    "a test of a number": (
        "def f(x, n):\n    if n == 0:\n        return x\n    return torch.relu(x) / n  # HERE\n",
        ("divide", "at 0", "the test `n == 0` leaves (-inf, inf) except 0", 7),
    ),
    "a number": (
        "def f(x):\n    return torch.exp(x) / 3  # HERE\n",
        ("divide", "at 0", "it is 3", None),
    ),
    "a later where": (
        "def f(x: np.ndarray):\n    y = np.abs(x)\n    return np.where(y > 0, np.log(y), 0.0)  # HERE\n",
        ("log", "at 0", "the result is taken only where the operand is away from it, by `np.where(", 8),
    ),
    "no_grad": (
        "@torch.no_grad()\ndef f(x):\n    return torch.sqrt(torch.relu(x))  # HERE\n",
        ("sqrt", "at 0", "it runs where gradients are switched off", None),
    ),
    "a detached operand": (
        "def f(x):\n    y = torch.relu(x).detach()\n    return torch.sqrt(y)  # HERE\n",
        ("sqrt", "at 0", "the gradient is cut off: `torch.relu(x).detach()`", 7),
    ),
    "a framework without gradients": (
        "def f(x: np.ndarray):\n    return np.sqrt(np.maximum(x, 0))  # HERE\n",
        ("sqrt", "at 0", "numpy computes no gradients", None),
    ),
    "data": (
        "def f():\n    return torch.sqrt(torch.rand(3))  # HERE\n",
        ("sqrt", "at 0", "the operand is made of data and constants, which need none", None),
    ),
    "Python's arithmetic": (
        "def f(n: int):\n    return 1.0 / n  # HERE\n",
        ("divide", "at 0", "Python raises an exception there; it gives no NaN", None),
    ),
    "where as an argument": (
        "def f(x: np.ndarray, mask):\n    return np.log(x, where=mask)  # HERE\n",
        ("log", "at 0", "it is computed only where the argument `where` says", None),
    ),
    "a repair": (
        "def f(x: np.ndarray):\n    return np.nan_to_num(np.log(np.abs(x)))  # HERE\n",
        ("log", "at 0", "the NaN or infinity is replaced afterwards, by `np.nan_to_num(np.log(np.abs(x)))`", 7),
    ),
    "a gradient that stops": (
        "def f(x):\n    return torch.sqrt(F.relu(x))  # HERE\n",
        ("sqrt", "at 0", "what brings the operand there passes no gradient on", None),
    ),
    "an upper bound": (
        "def f(x):\n    return torch.exp(x.clamp(max=10.0))  # HERE\n",
        ("exp", "above 88.72", "`x.clamp(max=10.0)` gives (-inf, 10]", 7),
    ),
}
REACHED = {
    "proven": ("def f(x):\n    return torch.log(torch.relu(x))  # HERE\n", ("log", "at 0", "known from what made it")),
    "a raw output": (
        "net = torch.nn.Linear(2, 1)\n\n\ndef f(x):\n    return torch.log(net(x))  # HERE\n",
        ("log", "at 0", "computed from the raw output of a network"),
    ),
    "unknown": ("def f(a, b):\n    return a / b  # HERE\n", ("divide", "at 0", "unbounded as far as this file tells")),
}


@pytest.mark.parametrize(("program", "expected"), SPARED.values(), ids=SPARED.keys())
def test_what_keeps_a_pole_from_doing_harm(
    tmp_path: Path, program: str, expected: tuple[str, str, str, int | None]
) -> None:
    name, where, why, line = expected
    pole = poles(explained(tmp_path, HEAD + program), name)[where]
    assert pole.harmless
    assert pole.why.startswith(why)
    assert (None if pole.at is None else pole.at.line) == line


@pytest.mark.parametrize(("program", "expected"), REACHED.values(), ids=REACHED.keys())
def test_what_brings_an_operand_to_its_pole(tmp_path: Path, program: str, expected: tuple[str, str, str]) -> None:
    name, where, why = expected
    pole = poles(explained(tmp_path, HEAD + program), name)[where]
    assert (pole.harmless, pole.why) == (False, why)


def test_a_pole_says_what_is_lost_there(tmp_path: Path) -> None:
    found = poles(explained(tmp_path, f"{HEAD}def f(x):\n    return torch.sqrt(x)  # HERE\n"), "sqrt")
    assert {where: pole.what for where, pole in found.items()} == {
        "below 0": "the value is NaN",
        "at 0": "the gradient is infinite",
    }
