"""What nanlint sees at a place of a program, and why it speaks up there or stays silent."""

from __future__ import annotations

from collections.abc import Sequence

from nanlint.baseline import Baseline
from nanlint.explain.build import build
from nanlint.explain.data import as_json
from nanlint.explain.model import Explanation
from nanlint.explain.place import Asked, UnexplainedError, asked
from nanlint.explain.text import as_text
from nanlint.settings import DEFAULT, Settings

__all__ = ["Asked", "Explanation", "UnexplainedError", "as_json", "as_text", "asked", "explain"]


def explain(
    place: Asked, beside: Sequence[str] = (), settings: Settings = DEFAULT, baseline: Baseline | None = None
) -> Explanation:
    """The operations on a line, with what reaches them and what the rules say.

    beside: other files of the program, which the file uses or which use it; settings: of the file; baseline: what a run
    would not tell again.

    Raises UnexplainedError.
    """
    from nanlint.running.stack import with_deep_stack

    return with_deep_stack(lambda: build(place, beside, settings, baseline))
