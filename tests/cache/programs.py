"""A small program in many states: files that import each other, a configuration file, comments, broken code."""

from __future__ import annotations

from pathlib import Path

LOSSES = """\
import torch

def entropy(p):
    return -(p * torch.log(p)).sum()

def scaled(x, by):
    return x / by
"""
MODEL = """\
import torch
from torch import nn
from parts import activation

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 2)

    def forward(self, x):
        return activation(self.head(x))
"""
TRAIN = """\
import yaml
import torch
from losses import entropy, scaled
from model import Net
from constants import *

config = yaml.safe_load(open("config.yaml"))
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=config["lr"])
loss = entropy(net(torch.randn(4, 3))) + scaled(torch.randn(3), SCALE)
loss.backward()
optimizer.step()
"""
VARIANTS: dict[str, tuple[str, ...]] = {
    "losses.py": (
        LOSSES,
        LOSSES.replace("torch.log(p)", "torch.log(p.clamp(min=1e-6))"),
        LOSSES.replace(".sum()", ".sum()  # nanlint: ignore[NAN]"),
        LOSSES.replace("import torch\n", "import torch  # nanlint: ignore[no-such-rule]\n"),
        "def entropy(:\n",
        "def entropy(p):\n    return p\n",
    ),
    "parts.py": (
        "import torch\n\ndef activation(x):\n    return torch.softmax(x, -1)\n",
        "import torch\n\ndef activation(x):\n    return torch.sigmoid(x) + 1e-3\n",
        "from more import activation\n",
        "from more import *\n",
        "def activation(x):\n    return x\n",
    ),
    "more.py": (
        "import torch\n\ndef activation(x):\n    return torch.relu(x)\n",
        "from parts import *\n",
        "def activation(x):\n    return x.softmax(-1)\n",
    ),
    "constants.py": ("SCALE = 0.0\n", "SCALE = 2.0\n", "from parts import *\nSCALE = 1e-50\n", "SCALE = )\n"),
    "model.py": (MODEL, MODEL.replace("activation(self.head(x))", "self.head(x)"), "class Net:\n    pass\n"),
    "train.py": (
        TRAIN,
        TRAIN.replace("entropy(net(torch.randn(4, 3))) + ", ""),
        TRAIN.replace('"config.yaml"', '"other.json"'),
        TRAIN.replace("from losses", "from package.losses"),
    ),
    "package/__init__.py": ("", "from .losses import *\n"),
    "package/losses.py": ("from losses import entropy, scaled\n", LOSSES),
    "config.yaml": ("lr: 0.01\n", "lr: 5.0\n", "lr: [\n"),
    "other.json": ('{"lr": 7.0}', '{"lr": 0.1}'),
}
"""What each file may hold, by its name."""


def put(root: Path, name: str, variant: int | None) -> None:
    """Gives a file one of its contents, or removes it."""
    path = root / name
    if variant is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(VARIANTS[name][variant % len(VARIANTS[name])], encoding="utf-8")


def files(root: Path) -> list[str]:
    """The Python files that there are."""
    return sorted(map(str, root.rglob("*.py")))
