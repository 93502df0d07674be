"""The documentation of rules, made from them: one rule in Markdown or for a terminal, the table, `rules.md`."""

from __future__ import annotations

import difflib
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from nanlint.examples import with_examples
from nanlint.findings import Applicability, Level
from nanlint.rule import Bad, Good, Miss, Option, Rule
from nanlint.rules.registry import owner
from nanlint.showing.terminal import Paint

_Example = TypeVar("_Example", bound=Bad | Good | Miss)
FAMILIES = {
    "NAN0": "Comments for nanlint",
    "NAN1": "An operation meets its pole, forward or in the gradient",
    "NAN2": "Compositions that have an exact stable form",
    "NAN3": "Losses and labels",
    "NAN4": "Optimisation",
    "NAN5": "Precision",
    "NAN6": "Data and initialisation",
}
FRAMEWORKS = {
    "torch": "PyTorch",
    "numpy": "NumPy",
    "scipy": "SciPy",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
}
_FIXES = {
    Applicability.SAFE: "Safe, applied by `--fix`: the same function, better conditioned.",
    Applicability.UNSAFE: "Unsafe, applied by `--fix --unsafe-fixes`: it changes values or training.",
    Applicability.SUGGESTION: "A suggestion, never applied.",
    None: "None.",
}
_OPTIONAL = "Where a guard is merely missing: shown with `--strict`, or to who selects the rule by its name."
_CEILING = (
    "A note at most: on published code its findings were true, but of the kind that hardly any run meets. Set"
    " `levels` to be failed by it."
)
_WIDEST = 100

_INTRODUCTION = """\
# Rules

Made from the rules by `python -m nanlint.docs > rules.md`. `nanlint rule NAME` shows one of them in the terminal.

A rule is selected, ignored and suppressed by its code (`NAN201`), its name (`log-of-softmax`) or the beginning of its
code (`NAN2`).

A finding has the level that its evidence gives it. An *error* is proven: the range of the operand is known and holds
the pole. A *warning* is likely. A *note* is a singular operation on a tensor that nothing bounds and nothing
incriminates; rules that are true more often than they matter say no more than that. With `--strict`, what may not even
be a hazard is shown too. Errors and warnings fail a run.

A *safe* fix computes the same function, better conditioned, and is applied by `--fix`. An *unsafe* fix changes values
or training and needs `--unsafe-fixes` as well. A *suggestion* is only shown.
"""


@dataclass(frozen=True, slots=True)
class Code:
    """A block of Python, or a diff of one."""

    text: str
    language: str = "python"


SHOWN = 4  # examples of each kind on a page, and one of each further framework; the others are tests like these


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the documentation: paragraphs (inline Markdown) and code."""

    title: str
    blocks: tuple[str | Code, ...]


def sections(rule: Rule) -> Iterator[Section]:
    """What there is to say of a rule beside its name and its summary."""
    rule = with_examples(rule)
    yield Section("Why", (rule.why,))
    if rule.remedy:
        yield Section("Remedy", (rule.remedy,))
    if rule.optional:
        yield Section("Default", (_OPTIONAL,))
    if rule.ceiling is Level.NOTE:
        yield Section("Level", (_CEILING,))
    yield Section("Fix", (" ".join([_FIXES[rule.fix], rule.fix_note]).strip(),))
    if rule.options:
        yield Section("Options", (_listed(map(_option, rule.options)),))
    yield Section("Reported", tuple(block for bad in shown(rule.bad) for block in _reported(bad)))
    yield from _silent_section("Silent", rule.good)
    yield from _silent_section("Not seen", rule.missed)
    if rule.references:
        yield Section("References", (_listed(rule.references),))
    if _package(rule):
        yield Section("Package", (_package(rule),))


def _option(option: Option) -> str:
    default = "" if option.default is None else f" Default: {option.default}."
    return f"`{option.name}`: {option.doc}{default}"


def _silent_section(title: str, examples: Sequence[Good] | Sequence[Miss]) -> Iterator[Section]:
    if examples:
        told = shown([*examples])
        blocks = [block for example in told for block in _silent(example)]
        yield Section(title, (*blocks, *_also([example for example in examples if example not in told])))


def shown(examples: Sequence[_Example]) -> list[_Example]:
    """The first examples, and the first of each framework that these leave out."""
    firsts = {example.framework: example for example in reversed(examples)}
    known = {example.framework for example in examples[:SHOWN]}
    return [*examples[:SHOWN], *(first for name, first in sorted(firsts.items()) if name not in known)]


def _also(examples: Sequence[Good | Miss]) -> list[str]:
    """The reasons of examples that are not shown."""
    reasons = dict.fromkeys(example.because for example in examples)
    return ["Also: " + " ".join(reasons)] if reasons else []


def _reported(bad: Bad) -> Iterator[str | Code]:
    yield f"{_framework(bad)}, {bad.level.label}:"
    if bad.fixed is None:
        yield Code(bad.code.strip())
    else:
        before, after = bad.code.strip().splitlines(), bad.fixed.strip().splitlines()
        lines = list(difflib.unified_diff(before, after, n=len(before), lineterm=""))[3:]
        yield Code("\n".join(map(str.rstrip, lines)), "diff")


def _silent(example: Good | Miss) -> Iterator[str | Code]:
    yield f"{_framework(example)}: {example.because}"
    yield Code(example.code.strip())


def _framework(example: Bad | Good | Miss) -> str:
    return FRAMEWORKS.get(example.framework, example.framework)


def markdown(rule: Rule) -> str:
    """The documentation of a rule as Markdown."""
    parts = [f"### {rule.code} {rule.name}", rule.summary]
    for section in sections(rule):
        parts += [f"**{section.title}**", *map(_markdown_block, section.blocks)]
    return "\n\n".join(parts) + "\n"


def rules_page(rules: Iterable[Rule]) -> str:
    """The whole of `rules.md`."""
    families = _families(rules)
    parts = [_INTRODUCTION, "\n".join(f"- [{title}](#{_anchor(title)})" for title, _ in families) + "\n"]
    for title, members in families:
        rows = [f"| [{rule.code}](#{_anchor(f'{rule.code} {rule.name}')}) | {_row(rule)} |" for rule in members]
        table = "\n".join(["| code | name | what | fix |", "|---|---|---|---|", *rows])
        parts += [f"## {title}\n\n{table}\n", *map(markdown, members)]
    return "\n".join(parts)


def terminal(rule: Rule, paint: Paint) -> str:
    """The documentation of a rule for a terminal."""
    parts = [f"{paint(rule.code, 'cyan')} {paint(rule.name, 'bold')}", _wrapped(rule.summary)]
    for section in sections(rule):
        blocks = [_terminal_block(block, paint) for block in section.blocks]
        parts += [f"{paint(section.title, 'bold')}\n{blocks[0]}", *blocks[1:]]
    return "\n\n".join(parts) + "\n"


def table(rules: Iterable[Rule], paint: Paint) -> str:
    """All rules by family, one line or two for each."""
    families = _families(rules)
    names = max((len(rule.name) for _, members in families for rule in members), default=0)
    parts: list[str] = []
    for title, members in families:
        parts.append(paint(title, "bold"))
        for rule in members:
            name, fix = f"{rule.name:<{names}}", f"{_fix_word(rule):<{len(Applicability.SUGGESTION.value)}}"
            indent = len(f"{rule.code}  {name}  {fix}  ")
            summary = _wrapped(rule.summary, indent).lstrip()
            parts.append(f"{paint(rule.code, 'cyan')}  {paint(name, 'bold')}  {paint(fix, 'green')}  {summary}")
        parts.append("")
    return "\n".join(parts)


def _families(rules: Iterable[Rule]) -> list[tuple[str, list[Rule]]]:
    """Title and rules of each family, in order of the codes; behind them those of each plugin."""
    ordered = sorted(rules, key=lambda rule: (_package(rule), rule.code))
    return [(title, list(members)) for title, members in groupby(ordered, _family)]


def _family(rule: Rule) -> str:
    family = rule.code[:4]
    return _package(rule) or f"{family[-1]}xx: {FAMILIES[family]}"


def _package(rule: Rule) -> str:
    """The plugin that the rule comes from; empty for one of nanlint's own."""
    return str(owner(rule) or "")


def _row(rule: Rule) -> str:
    return " | ".join([f"`{rule.name}`", rule.summary.replace("|", "\\|"), _fix_word(rule)])


def _fix_word(rule: Rule) -> str:
    return "-" if rule.fix is None else rule.fix.value


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _markdown_block(block: str | Code) -> str:
    return f"```{block.language}\n{block.text}\n```" if isinstance(block, Code) else block.strip()


def _terminal_block(block: str | Code, paint: Paint) -> str:
    if isinstance(block, str):
        return _wrapped(block, 2)
    styles = {"-": "removed", "+": "green"} if block.language == "diff" else {}
    lines = (paint(line, styles.get(line[:1], "dim")) for line in block.text.splitlines())
    return textwrap.indent("\n".join(lines), "    ")


def _wrapped(text: str, indent: int = 0) -> str:
    """The paragraphs and the items of lists in lines of the terminal's width."""
    width = max(min(shutil.get_terminal_size((_WIDEST, 0)).columns, _WIDEST), indent + 40)
    margin = " " * indent

    def filled(item: str) -> str:
        hanging = margin + "  " if item.startswith("- ") else margin
        return textwrap.fill(
            item,
            width,
            initial_indent=margin,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )

    paragraphs = (re.split(r"\n(?=- )", paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()))
    return "\n\n".join("\n".join(map(filled, items)) for items in paragraphs)


if __name__ == "__main__":
    from nanlint.rules.registry import builtin_rules

    sys.stdout.buffer.write(rules_page(builtin_rules()).encode())  # UTF-8 and newlines, whatever the machine's custom
