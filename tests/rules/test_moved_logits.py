"""The logits are written where the logarithm stands only if they still are what the softmax or sigmoid was taken of."""

from __future__ import annotations

import pytest

from nanlint.api import fix_source
from nanlint.settings import Settings

HEADER = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"

STAYS = {
    "the name was bound again": """\
def f(z, w):
    p = torch.softmax(z, dim=1)
    z = w
    return torch.log(p), z
""",
    "the name was bound again in a branch": """\
def f(z, w, flag):
    p = torch.softmax(z, dim=1)
    if flag:
        z = w
    return torch.log(p), z
""",
    "the logits were changed in place": """\
def f(z):
    p = torch.softmax(z, dim=1)
    z.mul_(2)
    return torch.log(p), z
""",
    "the logits were changed by an operator": """\
def f(z):
    p = torch.softmax(z, dim=1)
    z += 1
    return torch.log(p), z
""",
    "the attribute was assigned again": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        self.h = self.a(x)
        p = torch.softmax(self.h, dim=1)
        self.h = self.b(x)
        return torch.log(p)
""",
    "the logits are a call, and a statement stands between": """\
def f(net, x):
    p = torch.softmax(net(x), dim=1)
    x = x + 1
    return x * torch.log(p)
""",
    "the logits are a call, and another is made first": """\
def f(net, x):
    p = torch.softmax(net(x), dim=1)
    return net(x) * torch.log(p)
""",
    "the logits are a call, and the logarithm is not always taken": """\
def f(net, x):
    p = torch.softmax(net(x), dim=1)
    return torch.log(p) if x is not None else x
""",
    "the logits are a call, and the probabilities are needed again": """\
def f(net, x):
    p = torch.softmax(net(x), dim=1)
    return torch.log(p), p
""",
    "the softmax was taken without a gradient": """\
def f(z):
    with torch.no_grad():
        p = torch.softmax(z, dim=1)
    return torch.log(p)
""",
    "the logits of another function have no name here": """\
def g(x):
    z = 2 * x
    return torch.softmax(z, dim=1)


def f(x):
    return torch.log(g(x))
""",
    "the axis has another value": """\
def f(z, axis):
    p = torch.softmax(z, dim=axis)
    axis = axis + 1
    return torch.log(p), axis
""",
    "the probabilities were changed in place": """\
def f(z, mask):
    p = torch.softmax(z, dim=1)
    p[mask] = 0.5
    return torch.log(p)
""",
    "there are two softmaxes": """\
def f(z, w, flag):
    p = torch.softmax(z, dim=1)
    if flag:
        p = torch.softmax(w, dim=1)
    return torch.log(p)
""",
    "another call passes something else": """\
def log(p):
    return torch.log(p)


def f(z, q):
    return log(torch.softmax(z, dim=1)) + log(q)
""",
    "whole numbers have no log_softmax": """\
def f(n):
    return torch.log(torch.sigmoid(n.long()))
""",
    "the 1 may widen the sigmoid": """\
def f(x, n):
    return torch.log(torch.ones(n, 1) - torch.sigmoid(x))
""",
    "the logarithm is written into something": """\
def f(z, out):
    return torch.log(torch.sigmoid(z), out=out)
""",
}

MOVES = {
    "a call, to the next statement, which alone needs it": (
        """\
def f(net, x, y):
    p = torch.softmax(net(x), dim=1)
    return (y * torch.log(p)).sum()
""",
        """\
def f(net, x, y):
    return (y * torch.log_softmax(net(x), dim=1)).sum()
""",
    ),
    "a name that still holds the logits": (
        """\
def f(z):
    p = torch.softmax(z, dim=1)
    y = p.argmax(1)
    return torch.log(p), y
""",
        """\
def f(z):
    p = torch.softmax(z, dim=1)
    y = p.argmax(1)
    return torch.log_softmax(z, dim=1), y
""",
    ),
    "a statement between, the assignment no longer needed": (
        """\
def f(z, y):
    p = F.softmax(z, dim=1)
    n = len(y)
    loss = -torch.log(p)[range(n), y]
    return loss.mean()
""",
        """\
def f(z, y):
    n = len(y)
    loss = -F.log_softmax(z, dim=1)[range(n), y]
    return loss.mean()
""",
    ),
    "an assignment with a comment is kept": (
        """\
def f(z):
    p = torch.softmax(z, dim=1)  # probabilities
    return torch.log(p)
""",
        """\
def f(z):
    p = torch.softmax(z, dim=1)  # probabilities
    return torch.log_softmax(z, dim=1)
""",
    ),
    "an assignment that is alone in its block is kept": (
        """\
def f(z):
    with torch.autocast("cpu"):
        p = torch.softmax(z, dim=1)
    return torch.log(p)
""",
        """\
def f(z):
    with torch.autocast("cpu"):
        p = torch.softmax(z, dim=1)
    return torch.log_softmax(z, dim=1)
""",
    ),
    "a name in the caller that holds the logits of a helper": (
        """\
def g(x):
    return torch.sigmoid(x)


def f(net, x):
    score = net(x)
    return torch.log(1 - g(score))
""",
        """\
def g(x):
    return torch.sigmoid(x)


def f(net, x):
    score = net(x)
    return F.logsigmoid(-score)
""",
    ),
    "an attribute that still holds the logits": (
        """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)

    def forward(self, x):
        self.h = self.a(x)
        p = torch.softmax(self.h, dim=1)
        return torch.log(p), p
""",
        """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)

    def forward(self, x):
        self.h = self.a(x)
        p = torch.softmax(self.h, dim=1)
        return torch.log_softmax(self.h, dim=1), p
""",
    ),
    "an implicit axis stays implicit": (
        """\
def f(z):
    return torch.log(F.softmax(z))
""",
        """\
def f(z):
    return F.log_softmax(z)
""",
    ),
    "a softmin turns the sign": (
        """\
def f(a, b):
    return F.softmin(a - b, dim=0).log()
""",
        """\
def f(a, b):
    return F.log_softmax(-(a - b), dim=0)
""",
    ),
    "a double minus disappears": (
        """\
def f(x):
    return torch.log(1 - torch.sigmoid(-x))
""",
        """\
def f(x):
    return F.logsigmoid(x)
""",
    ),
    "casts and reshapes stay around it": (
        """\
def f(z, y):
    return torch.softmax(z, 1).gather(1, y.view(-1, 1)).view(-1).float().log()
""",
        """\
def f(z, y):
    return torch.log_softmax(z, dim=1).gather(1, y.view(-1, 1)).view(-1).float()
""",
    ),
    "an operator around it keeps its parentheses": (
        """\
def f(x):
    return (torch.log(1 / (1 + torch.exp(-x)))) ** 2
""",
        """\
def f(x):
    return (F.logsigmoid(x)) ** 2
""",
    ),
}


def fixed(code: str) -> str:
    settings = Settings(select=("NAN201", "NAN202"))
    return fix_source(HEADER + code, "example.py", settings).text.removeprefix(HEADER)


@pytest.mark.parametrize("code", STAYS.values(), ids=list(STAYS))
def test_logarithm_stays_where_its_logits_may_be_something_else(code: str) -> None:
    assert fixed(code) == code


@pytest.mark.parametrize(("before", "after"), MOVES.values(), ids=list(MOVES))
def test_logits_are_written_where_they_are_the_same(before: str, after: str) -> None:
    assert fixed(before) == after
