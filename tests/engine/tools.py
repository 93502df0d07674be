"""Tiny rules that report whatever they are told, and a way to run them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nanlint.domain.vocabulary import Op
from nanlint.engine import lint_module
from nanlint.findings import Applicability, Finding, Level
from nanlint.interp.trace import Event, Trace
from nanlint.program.verdicts import Linted
from nanlint.rule import Clue, Draft, Limits, Replace, Rewrite, Rule
from nanlint.settings import Settings
from nanlint.text.parsing import parse
from nanlint.text.source import from_text

IMPORTS = "import torch\n"


def rule(
    op: Op,
    code: str = "NAN901",
    *,
    specific: int = 1,
    level: Callable[[Event], Level] = lambda _: Level.ERROR,
    claims: Callable[[Event, Trace], tuple[Event, ...]] = lambda _event, _trace: (),
    rewrite: Callable[[Event], Rewrite | None] = lambda _: None,
) -> Rule:
    """Reports every operation of one kind, with its operand as evidence."""

    def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
        for event in trace.of(op):
            evidence = (Clue(event.node, f"at most {limits.max_grad_norm}", event.x),)
            message = f"{op.value} of {event.x.range}"
            yield Draft(event, level(event), message, "", evidence, claims(event, trace), rewrite(event))

    return Rule(code, code.lower().replace("nan", "rule-"), "s", "w", check, specific, remedy="a remedy")


def replacing(event: Event, text: str = "stable(x)") -> Rewrite:
    return Rewrite("Replace", Applicability.SAFE, (Replace(event.node, text),))


def lint(code: str, rules: Sequence[Rule], settings: Settings | None = None) -> Linted:
    """`code` with torch imported on its first line."""
    source = from_text(IMPORTS + code, "a.py")
    return lint_module(source, parse(source), rules, settings or Settings())


def found(code: str, rules: Sequence[Rule], settings: Settings | None = None) -> list[tuple[int, str, Level]]:
    """Line in `code`, rule and level of every finding."""
    return [(f.place.line - 1, f.code, f.level) for f in lint(code, rules, settings).findings]


def only(code: str, rules: Sequence[Rule], settings: Settings | None = None) -> Finding:
    (finding,) = lint(code, rules, settings).findings
    return finding
