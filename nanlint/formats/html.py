"""One HTML page that needs nothing else: findings with code, evidence and fixes, filters, rules with their plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

from nanlint import __version__
from nanlint.findings import Level
from nanlint.formats import View, count
from nanlint.formats._html_filters import filters
from nanlint.formats._html_finding import article
from nanlint.formats._html_rule import section as rule_section
from nanlint.formats._places import by_path, portable
from nanlint.formats._rules import rules_behind
from nanlint.formats._summary import summary
from nanlint.reports import Report

_PAGE = Path(__file__).with_name("_page")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""The browser itself refuses every request."""

_HONEST = "The curves are computed, not sketched: every operation is rounded as float32 and float16 round it."


def render(view: View) -> str:
    """The page; without scripts it shows everything, with them it filters."""
    style, script = ((_PAGE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>nanlint: {escape(summary(view.report, view.unsafe_fixes))}</title>"
        f"<style>\n{style}</style></head><body>\n{_body(view)}\n<script>\n{script}</script></body></html>\n"
    )


def _body(view: View) -> str:
    report = view.report
    main = [*_problems(report), *_findings(view), *_rules(report)]
    form = filters(report, view.root) if report.findings else ""
    return "\n".join(
        [
            '<a class="skip" href="#findings">Skip to the findings</a>',
            _header(view),
            f'<div class="page">{form}<main>{"".join(main)}</main></div>',
            f"<footer>Made by nanlint {__version__}. {_HONEST}</footer>",
        ]
    )


def _header(view: View) -> str:
    levels = Counter(finding.level for finding in view.report.findings)
    tiles = "".join(
        f'<li class="tile {level.label}"><b>{levels[level]}</b> {_plural(level, levels[level])}</li>'
        for level in reversed(Level)
        if levels[level] or level >= Level.WARNING
    )
    line = escape(summary(view.report, view.unsafe_fixes))
    return f'<header><h1>nanlint</h1><p class="line">{line}</p><ul class="tiles">{tiles}</ul></header>'


def _plural(level: Level, number: int) -> str:
    return level.label if level is Level.STRICT or number == 1 else f"{level.label}s"


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        rows = "".join(f"<li>{escape(str(problem))}</li>" for problem in report.problems)
        yield _section("not-linted", "Not linted", f"<ul>{rows}</ul>")


def _findings(view: View) -> Iterator[str]:
    by_name = by_path(view.report)
    files: list[str] = []
    for file in view.report.files:
        if file.findings:
            articles = "".join(article(finding, file, by_name, view.root) for finding in file.findings)
            path = escape(portable(file.path, view.root))
            files.append(f'<section class="file"><h3 class="path">{path}</h3>{articles}</section>')
    nothing = '<p class="nothing" hidden>No finding matches.</p>'
    yield _section("findings", count(len(view.report.findings), "finding"), f"{''.join(files)}{nothing}")


def _rules(report: Report) -> Iterator[str]:
    rules = rules_behind(report.findings)
    if rules:
        yield _section("rules", "Why: the rules", "".join(map(rule_section, rules)))


def _section(name: str, title: str, content: str) -> str:
    heading = f'<h2 id="of-{name}">{title}</h2>'
    return f'<section id="{name}" aria-labelledby="of-{name}" tabindex="-1">{heading}{content}</section>'
