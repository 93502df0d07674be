"""A comment that silences a rule where the rule has nothing to say: found when all files were heard, not in a trace."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Trace
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Rule


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    """Nothing: what a comment silences is known when all other rules have reported; see nanlint.comments.unused."""
    yield from ()


_TORCH = "import torch\n\n\n"
_LOG_SOFTMAX = "    return torch.log_softmax(x, dim=-1)"
_SOFTMAX = "    return torch.softmax(x, dim=-1)"
_LOG = "    return torch.log(torch.relu(x))"
_ORDINARY = "torch.tensor([[0.5, 2.0], [1.0, 3.0]])"


def _function(*lines: str) -> str:
    return "\n".join([f"{_TORCH}def f(x):", *lines, ""])


RULE = Rule(
    code="NAN001",
    name="unused-ignore",
    summary="An ignore comment that silences nothing.",
    why=(
        "The code under an old comment has changed, or the rule has learnt to see that it is safe. What is left hides"
        " the next hazard that somebody writes there. A name is judged only if its rule is on, and a comment without"
        " names only if every rule is. A comment may silence what another file causes: where a run leaves out files of"
        " the project that have to do with its file, as a commit hook does, it is not judged."
    ),
    check=check,
    specific=0,
    remedy="Remove the comment, or the names that it does not need.",
    bad=(
        Bad(
            "torch",
            _function(f"{_LOG_SOFTMAX}  # nanlint: ignore[log-of-softmax]"),
            _function(_LOG_SOFTMAX),
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _function(f"{_LOG}  # nanlint: ignore[log-of-zero, NAN103] never 0"),
            _function(f"{_LOG}  # nanlint: ignore[log-of-zero] never 0"),
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _function(
                "    # nanlint: off[division-by-zero]",
                "    y = x + 1",
                "    # nanlint: on[division-by-zero]",
                "    return y",
            ),
            _function("    y = x + 1", "    return y"),
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            f"# nanlint: ignore-file[NAN1]\n{_function(_SOFTMAX)}",
            _function(_SOFTMAX),
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
    ),
    good=(
        Good("torch", _function(f"{_LOG}  # nanlint: ignore[log-of-zero]"), "The comment silences a finding."),
        Good("torch", _function("    # nanlint: ignore[NAN101]", _LOG), "So does one on the line above."),
        Good(
            "torch",
            _function("    return x / x.shape[0]  # noqa: NAN103"),
            "Comments in other linters' words are theirs; `external = [\"NAN\"]` keeps Ruff's RUF100 off this one.",
        ),
        Good(
            "torch",
            _function(f"{_LOG_SOFTMAX}  # nanlint: ignore[log-of-softmax, unused-ignore]"),
            "The comment says that it is to stay.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            _function(f"{_LOG_SOFTMAX}  # nanlint: ignore[no-such-rule]"),
            "An unknown name is told as a warning on standard error.",
        ),
    ),
    fix=Applicability.SAFE,
    fix_note=(
        "Only the comment changes, or the list in it. A reason behind it stays as an ordinary comment, and so do the"
        " comments of other tools."
    ),
)
