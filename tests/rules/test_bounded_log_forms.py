"""An epsilon or a clamp under the logarithm of a softmax or sigmoid: a note, since gradients fade, and an unsafe fix.

The rules' own examples show their safe fixes; these show the same rewrites where they take a bound away.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nanlint.api import fix_source, lint_source
from nanlint.findings import Applicability, Level
from nanlint.settings import Settings
from tests.execution.harness import run


@dataclass(frozen=True)
class Bounded:
    """A bounded form, its unsafe fix, and arguments where the bound has made the gradient (or the value) fade."""

    code: str
    before: str
    after: str
    saturated: str
    ordinary: str
    tolerance: float = 1e-4

    def text(self, body: str) -> str:
        return f"import torch\nimport torch.nn.functional as F\n\ndef f(x, y):\n{body}"


CASES = {
    "epsilon beside a softmax": Bounded(
        "NAN201",
        "    p = torch.softmax(x, dim=-1)\n    return torch.log(p + 1e-8)[0]\n",
        "    return torch.log_softmax(x, dim=-1)[0]\n",
        "torch.tensor([0.0, 60.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "clamped softmax, selected": Bounded(
        "NAN201",
        "    p = F.softmax(x, dim=-1).clamp(min=1e-7)\n    return torch.log(p[0])\n",
        "    p = F.softmax(x, dim=-1).clamp(min=1e-7)\n    return F.log_softmax(x, dim=-1)[0]\n",
        "torch.tensor([0.0, 60.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "epsilon beside a sigmoid": Bounded(
        "NAN202",
        "    return torch.log(x.sigmoid() + 1e-8)\n",
        "    return F.logsigmoid(x)\n",
        "torch.tensor([-60.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "epsilon beside 1 minus a sigmoid": Bounded(
        "NAN202",
        "    return torch.log(1 - torch.sigmoid(x) + 1e-6)\n",
        "    return F.logsigmoid(-x)\n",
        "torch.tensor([60.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "maximum with a constant": Bounded(
        "NAN202",
        "    p = torch.sigmoid(x)\n    return torch.log(torch.maximum(p, torch.tensor(1e-6)))\n",
        "    return F.logsigmoid(x)\n",
        "torch.tensor([-60.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "epsilon beside a sum of exponentials": Bounded(
        "NAN203",
        "    return torch.log(torch.exp(x).sum(dim=0) + 1e-8)\n",
        "    return torch.logsumexp(x, dim=0)\n",
        "torch.tensor([-60.0, -70.0]), None",
        "torch.tensor([0.3, -1.2]), None",
    ),
    "epsilon in a cross-entropy": Bounded(
        "NAN207",
        "    p = torch.softmax(x, dim=0)\n    return -(y * torch.log(p + 1e-8)).sum()\n",
        "    return -(y * torch.log_softmax(x, dim=0)).sum()\n",
        "torch.tensor([0.0, 60.0]), torch.tensor([1.0, 0.0])",
        "torch.tensor([0.3, -1.2]), torch.tensor([1.0, 0.0])",
    ),
    "clamp in a binary cross-entropy": Bounded(
        "NAN208",
        "    p = torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)\n"
        "    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()\n",
        "    p = torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)\n"
        "    return -(y * F.logsigmoid(x) + (1 - y) * F.logsigmoid(-x)).mean()\n",
        "torch.tensor([-60.0]), torch.tensor([1.0])",
        "torch.tensor([0.3, -1.2]), torch.tensor([1.0, 0.0])",
    ),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


@every_case
def test_bounded_form_is_no_error(case: Bounded) -> None:
    findings = lint_source(case.text(case.before), "example.py", Settings()).findings
    assert case.code in {finding.code for finding in findings}
    expected = Level.WARNING if case.code == "NAN203" else Level.NOTE  # its exponentials can still overflow
    assert max(finding.level for finding in findings) <= expected


@every_case
def test_fix_is_unsafe_and_as_stated(case: Bounded) -> None:
    before, settings = case.text(case.before), Settings(select=(case.code,))
    (finding,) = lint_source(before, "example.py", settings).findings
    assert finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE
    assert fix_source(before, "example.py", settings).text == before
    assert fix_source(before, "example.py", settings, unsafe=True).text == case.text(case.after)


@every_case
def test_gradient_is_lost_before_and_kept_after(case: Bounded) -> None:
    before, after = run(case.text(case.before), case.saturated), run(case.text(case.after), case.saturated)
    assert before.finite and after.finite
    assert abs(before.slopes[0]).max() < 1e-3 < 0.1 < abs(after.slopes[0]).max()


@every_case
def test_both_forms_agree_where_the_bound_does_not_matter(case: Bounded) -> None:
    before, after = run(case.text(case.before), case.ordinary), run(case.text(case.after), case.ordinary)
    assert before.agrees(after, case.tolerance)
