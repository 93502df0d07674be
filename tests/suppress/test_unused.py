"""NAN001: which comments are unused, which are left alone, and what is left of a line when they are taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.api import fix_paths, fix_source, lint_paths, lint_source
from nanlint.comments.unused import CODE, NAME, REMEDY
from nanlint.findings import Applicability, Finding
from nanlint.rules.nan001_unused_ignore import RULE
from nanlint.settings import Settings

HEAD = "import torch\n\n\n"
LOG = f"{HEAD}def f(x: torch.Tensor):\n    return torch.log(x)"
SAFE = f"{HEAD}def f(x: torch.Tensor):\n    return x + 1"


def unused(text: str, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008 - it is frozen
    return [finding for finding in lint_source(text, "a.py", settings).findings if finding.code == "NAN001"]


def fixed(text: str, settings: Settings = Settings()) -> str:  # noqa: B008
    return fix_source(text, "a.py", settings).text


def test_the_finding_is_about_the_comment() -> None:
    (finding,) = unused(f"{SAFE}  # nanlint: ignore[log-of-zero, NAN103] why\n")
    place = finding.place
    assert (place.line, place.column, place.end_line, place.end_column) == (5, 19, 5, 57)
    assert finding.message == "unused comment: there is nothing to silence for log-of-zero, NAN103"
    assert finding.level.label == "note"
    assert finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    assert (RULE.code, RULE.name, RULE.remedy) == (CODE, NAME, REMEDY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  # nanlint: ignore[NAN101]", ""),
        ("  # nanlint: ignore", ""),
        ("\t# nanlint: ignore[NAN101]   ", ""),
        ("  # nanlint: ignore[NAN101] p is bounded", "  # p is bounded"),
        ("  # nanlint: ignore[NAN101]: p is bounded", "  # p is bounded"),
        ("  # nanlint: ignore[NAN101] - see #12", "  # see #12"),
        ("  # nanlint: ignore[NAN101]  # noqa: E501", "  # noqa: E501"),
        ("  # noqa: E501  # nanlint: ignore[NAN101]", "  # noqa: E501"),
        ("  # type: ignore  # nanlint: ignore[NAN101] once  # noqa", "  # type: ignore  # once  # noqa"),
        ("  # as said above # nanlint: ignore[NAN101]", "  # as said above"),
        ("  # nanlint: ignore[NAN101] # nanlint: ignore[NAN103]", ""),
    ],
)
def test_the_comment_goes_and_everything_else_stays(before: str, after: str) -> None:
    assert fixed(f"{SAFE}{before}\n") == f"{SAFE}{after}\n"
    assert fixed(f"{SAFE}{before}") == f"{SAFE}{after}", "no newline at the end"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[NAN101, NAN103]", "[NAN101]"),
        ("[NAN103,log-of-zero,NAN2] it is positive  # noqa: E501", "[log-of-zero] it is positive  # noqa: E501"),
        ("[nan101 NAN103]", "[nan101]"),
        ("[NAN1]", "[NAN1]"),
        ("[ALL]", "[ALL]"),
        ("[NAN101, no-such-rule]", "[NAN101, no-such-rule]"),
        ("[NAN103, no-such-rule]", "[no-such-rule]"),
    ],
)
def test_only_the_unused_names_go(before: str, after: str) -> None:
    """An unknown name is another mistake, told as a warning."""
    assert fixed(f"{LOG}  # nanlint: ignore{before}\n") == f"{LOG}  # nanlint: ignore{after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("# nanlint: ignore-file[NAN4]\n# nanlint: ignore-file\nx = 1\n", "x = 1\n", id="files"),
        pytest.param("x = 1\n# nanlint: ignore-file[NAN4]", "x = 1", id="the last line"),
        pytest.param("x = 1\r\n    # nanlint: ignore[NAN101]\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n", id="a line, CRLF"),
        pytest.param("# nanlint: off[NAN101]\nx = 1\n# nanlint: on[NAN101]\ny\n", "x = 1\ny\n", id="a range"),
        pytest.param("# nanlint: off\nx = 1\n# nanlint: on\ny\n", "x = 1\ny\n", id="a range without names"),
        pytest.param("# nanlint: off[NAN101] old\nx = 1\n", "# old\nx = 1\n", id="a range without end"),
    ],
)
def test_lines_that_held_nothing_else_go_with_it(before: str, after: str) -> None:
    assert fixed(before) == after


def test_of_a_range_that_is_needed_the_unused_name_goes_at_both_ends() -> None:
    body = "import torch\n\ndef f(x: torch.Tensor):\n    return x.log()\n"
    before = f"# nanlint: off[NAN101, NAN103]\n{body}# nanlint: on[NAN103, NAN101]\n"
    assert fixed(before) == f"# nanlint: off[NAN101]\n{body}# nanlint: on[NAN101]\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{LOG}  # nanlint: ignore[NAN101]\n",
        f"{LOG}  # nanlint: ignore\n",
        f"{HEAD}def f(x: torch.Tensor):\n    # nanlint: ignore[NAN101]\n    return torch.log(x)\n",
        f"# nanlint: ignore-file[NAN1]\n{LOG}\n",
        f"{SAFE}  # noqa: NAN101\n",
        f"{SAFE}  # noqa\n",
        f"{SAFE}  # type: ignore\n",
        f"{SAFE}  # nanlint: ignore[NAN101, NAN001]\n",
        f"{SAFE}  # nanlint: ignore[NAN101, unused-ignore]\n",
        f"# nanlint: ignore-file[unused-ignore]\n{SAFE}  # nanlint: ignore[NAN101]\n",
        f"{SAFE}  # nanlint: ignore[no-such-rule]\n",
        f"{SAFE}  # nanlint: ignore[\n",
        f"{HEAD}TEXT = '''\n# nanlint: ignore[NAN101]\n'''\n",
    ],
)
def test_left_alone(text: str) -> None:
    assert unused(text) == []
    assert fixed(text) == text


@pytest.mark.parametrize(
    ("settings", "reported"),
    [
        (Settings(), True),
        (Settings(ignore=("NAN101",)), False),
        (Settings(select=("NAN2", "NAN001")), False),
        (Settings(select=("NAN1", "NAN001")), True),
        (Settings(select=("NAN1",)), False),
        (Settings(ignore=("unused-ignore",)), False),
        (Settings(levels=(("NAN101", "off"),)), False),
    ],
)
def test_a_name_is_judged_only_if_its_rule_is_on(settings: Settings, reported: bool) -> None:
    assert bool(unused(f"{SAFE}  # nanlint: ignore[NAN101]\n", settings)) == reported


@pytest.mark.parametrize(("ignored", "reported"), [((), True), (("NAN602",), False)])
def test_no_name_is_judged_only_if_every_rule_is_on(ignored: tuple[str, ...], reported: bool) -> None:
    assert bool(unused(f"{SAFE}  # nanlint: ignore\n", Settings(ignore=ignored))) == reported


@pytest.mark.parametrize("selector", ["NAN001", "unused-ignore", "NAN0"])
def test_selected_alone_it_asks_all_other_rules_and_tells_nothing_of_theirs(selector: str) -> None:
    text = f"{LOG}  # nanlint: ignore[NAN101, NAN103]\n\n\ny = torch.log(torch.zeros(3))\n"
    settings = Settings(select=(selector,))
    report = lint_source(text, "a.py", settings)
    assert [(finding.code, finding.place.line) for finding in report.findings] == [("NAN001", 5)]
    assert fixed(text, settings) == text.replace(", NAN103", "")


def test_what_silences_a_finding_of_strict_runs_is_used() -> None:
    text = f"{HEAD}def f(a, b):\n    return a / b  # nanlint: ignore[division-by-zero]\n"
    assert unused(text) == unused(text, Settings(strict=True)) == []
    assert unused(text.replace("division-by-zero", "log-of-zero")) != []


@pytest.mark.parametrize("text", ["x = 1  # nanlint: ignore[NAN101]\n", "# nanlint: ignore-file\n"])
def test_files_without_a_framework_have_unused_comments_too(text: str) -> None:
    assert len(unused(text)) == 1


@pytest.mark.parametrize(
    ("settings", "after"),
    [
        (Settings(unfixable=("NAN001",)), "same"),
        (Settings(extend_unsafe_fixes=("NAN001",)), "same"),
        (Settings(fixable=("NAN001",)), "gone"),
    ],
)
def test_settings_decide_on_its_fix(settings: Settings, after: str) -> None:
    text = f"{SAFE}  # nanlint: ignore[NAN101]\n"
    assert fixed(text, settings) == (text if after == "same" else f"{SAFE}\n")


def test_levels_decide_on_its_level() -> None:
    (finding,) = unused(f"{SAFE}  # nanlint: ignore[NAN101]\n", Settings(levels=(("unused-ignore", "error"),)))
    assert finding.level.label == "error"


def test_it_goes_in_the_run_that_fixes_the_line() -> None:
    before = f"{HEAD}def f(z):\n    return torch.log(torch.softmax(z, dim=1))  # nanlint: ignore[NAN103]\n"
    result = fix_source(before, "a.py")
    assert result.text == f"{HEAD}def f(z):\n    return torch.log_softmax(z, dim=1)\n"
    assert result.applied == {"NAN201": 1, "NAN001": 1}
    assert result.report.findings == ()


def test_a_comment_that_silences_what_another_file_causes_is_used(tmp_path: Path) -> None:
    library, caller = tmp_path / "library.py", tmp_path / "caller.py"
    call = "F.cross_entropy(p, y)  # nanlint: ignore[NAN301]"
    text = f"import torch\nimport torch.nn.functional as F\n\n\ndef loss(p, y):\n    return {call}\n"
    library.write_text(text, encoding="utf-8")
    caller.write_text(
        "import torch\nfrom library import loss\n\n\ndef f(z, y):\n    return loss(torch.softmax(z, dim=1), y)\n",
        encoding="utf-8",
    )
    assert lint_paths([library, caller]).findings == ()
    assert [finding.code for finding in lint_paths([library]).findings] == ["NAN001"], "who sees less knows less"
    fix_paths([library, caller])
    assert library.read_text(encoding="utf-8") == text


def test_what_a_caller_reports_is_at_its_new_line_after_a_comment_is_gone(tmp_path: Path) -> None:
    library, caller = tmp_path / "library.py", tmp_path / "caller.py"
    text = "import torch\n\n\ndef entropy(p):\n    return torch.log(p)\n"
    library.write_text(f"# nanlint: ignore-file[NAN4]\n{text}", encoding="utf-8")
    caller.write_text(
        "import torch\nfrom library import entropy\n\n\ndef f(z: torch.Tensor):\n    return entropy(torch.relu(z))\n",
        encoding="utf-8",
    )
    results = fix_paths([caller, library])
    assert library.read_text(encoding="utf-8") == text
    assert [(finding.code, finding.place.line) for finding in results[1].report.findings] == [("NAN101", 5)]
