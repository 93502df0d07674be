"""What the server knows of the rules, asked once of the worker: names for completion, documentation for hover."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from nanlint.lsp.analyst import Analyst
from nanlint.lsp.jobs import Explain, RuleNames

RuleName = tuple[str, str, str]
"""Code, name, summary."""


class Rulebook:
    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._names: tuple[RuleName, ...] = ()
        self._pages: dict[str, str | None] = {}
        self._directory: TemporaryDirectory[str] | None = None

    async def names(self) -> tuple[RuleName, ...]:
        """Every rule, by code."""
        if not self._names:
            answer = await self._analyst.ask(RuleNames())
            assert isinstance(answer, tuple)
            self._names = answer
        return self._names

    async def page(self, name: str) -> str | None:
        """The documentation of a rule in Markdown, by code or name; None if there is no such rule."""
        if name not in self._pages:
            answer = await self._analyst.ask(Explain(name))
            assert answer is None or isinstance(answer, str)
            self._pages[name] = answer
        return self._pages[name]

    async def matching(self, selector: str) -> list[RuleName]:
        """The rules that a code, the beginning of one, or a name selects."""
        wanted = selector.lower()
        names = await self.names()
        return [rule for rule in names if rule[1].lower() == wanted or (wanted and rule[0].lower().startswith(wanted))]

    async def file(self, name: str) -> Path | None:
        """The documentation as a file, for an editor to open."""
        page = await self.page(name)
        if page is None:
            return None
        if self._directory is None:
            self._directory = TemporaryDirectory(prefix="nanlint-rules-")
        path = Path(self._directory.name) / f"{name}.md"
        path.write_text(page, encoding="utf-8")
        return path

    def close(self) -> None:
        """Removes those files."""
        if self._directory is not None:
            self._directory.cleanup()
