"""SARIF: what the official schema demands, and that nothing of a finding is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nanlint import __version__, api
from nanlint.findings import Level, Problem
from nanlint.formats import View, render
from nanlint.reports import FileReport, Report
from nanlint.showing import links
from tests.formats.tools import BROKEN, LIKELY, MIXED, NOTEBOOK, PROVEN, SOURCE, report

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
BUGGY = sorted(map(str, (Path(__file__).parent.parent / "examples" / "buggy").glob("*.py")))


def rendered(shown: Report, **options: Any) -> Any:
    """The one run of a log that the schema accepts."""
    log = json.loads(render("sarif", View(shown, **options)))
    jsonschema.Draft4Validator.check_schema(SCHEMA)
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(Report(()), id="nothing"),
        pytest.param(report(*MIXED), id="findings"),
        pytest.param(Report((*report(*MIXED).files, NOTEBOOK, BROKEN)), id="notebooks and problems"),
    ],
)
def test_the_official_schema_accepts_it(shown: Report) -> None:
    assert len(rendered(shown)["results"]) == len(shown.findings)


def test_the_official_schema_accepts_what_real_scripts_give() -> None:
    run = rendered(api.lint_paths(BUGGY), root=str(Path.cwd()))
    assert len(run["results"]) > 20
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert len({result["partialFingerprints"]["nanlint/v1"] for result in run["results"]}) == len(run["results"])


def test_a_schema_that_accepts_anything_would_be_noticed() -> None:
    log = json.loads(render("sarif", View(report(PROVEN))))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SCHEMA, cls=jsonschema.Draft4Validator)


def test_a_result_has_place_level_and_remedy() -> None:
    result = rendered(report(PROVEN))["results"][0]
    assert (result["ruleId"], result["level"]) == ("NAN101", "error")
    assert result["message"]["text"] == f"{PROVEN.message}\n{PROVEN.remedy}"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 7, "startColumn": 7, "endLine": 7, "endColumn": 19},
            }
        }
    ]


def test_levels_are_those_of_sarif() -> None:
    run = rendered(report(*MIXED))
    assert [result["level"] for result in run["results"]] == ["error", "note", "note", "warning"]


def test_evidence_is_a_code_flow_with_the_ranges_as_state() -> None:
    (flow,) = rendered(report(PROVEN))["results"][0]["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = [
        (
            step["location"]["message"]["text"],
            step["location"]["physicalLocation"]["region"]["startLine"],
            step["state"]["value"]["text"],
        )
        for step in thread["locations"]
    ]
    assert steps == [("softmax of the logits", 6, "[0, 1]"), ("its log", 7, "(-inf, 0]")]


def test_the_replacements_of_a_fix_do_what_the_fix_does() -> None:
    (fix,) = rendered(report(LIKELY))["results"][0]["fixes"]
    assert fix["description"]["text"] == "keep the divisor above 0"
    assert fix["properties"] == {"applicability": "unsafe"}
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "train.py"
    lines = SOURCE.splitlines(keepends=True)
    for it in reversed(change["replacements"]):
        region = it["deletedRegion"]
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        changed = line[: region["startColumn"] - 1] + it["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
        lines[region["startLine"] - 1] = changed
    expected = "import math\n" + SOURCE.replace("mask.sum()", "mask.sum().clamp_min(1)")
    assert "".join(lines) == expected


def test_a_rule_brings_its_help() -> None:
    driver = rendered(report(*MIXED))["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("nanlint", __version__)
    (rule,) = driver["rules"]
    assert (rule["id"], rule["name"]) == ("NAN101", "log-of-zero")
    assert rule["help"]["markdown"].startswith("### NAN101 log-of-zero\n")
    assert "```diff" in rule["help"]["markdown"]
    assert rule["help"]["text"].startswith(rule["fullDescription"]["text"])
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["properties"]["problem.severity"] == "error"


def test_addresses_are_given_only_if_something_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "helpUri" not in rendered(report(PROVEN))["tool"]["driver"]["rules"][0]
    monkeypatch.setattr(links, "DOCUMENTATION", "https://example.org/rules")
    rule = rendered(report(PROVEN))["tool"]["driver"]["rules"][0]
    assert rule["helpUri"] == "https://example.org/rules#nan101-log-of-zero"


def test_a_fingerprint_stays_when_lines_move_and_code_does_not() -> None:
    def fingerprints(shown: Report) -> list[str]:
        return [result["partialFingerprints"]["nanlint/v1"] for result in rendered(shown)["results"]]

    place = PROVEN.place
    lower = replace(
        PROVEN, place=replace(place, line=place.line + 1, end_line=place.end_line + 1), fix=None, evidence=()
    )
    (before,), (after,) = fingerprints(report(PROVEN)), fingerprints(report(lower, source=f"# above\n{SOURCE}"))
    assert before == after
    twice = fingerprints(report(PROVEN, PROVEN))
    assert twice[0] == before != twice[1]
    assert fingerprints(report(replace(PROVEN, code="NAN102"))) != [before]
    assert fingerprints(report(replace(PROVEN, scope="other"))) != [before]


def test_a_notebook_is_shown_by_the_lines_of_its_file_and_by_its_cells() -> None:
    run = rendered(Report((NOTEBOOK,)))
    (result,) = run["results"]
    assert result["message"]["text"].startswith("cell 4, line 2: log of p")
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"] == {"startLine": 22, "endLine": 22}
    assert place["logicalLocations"] == [{"name": "cell 4", "kind": "module"}]
    assert "fixes" not in result


def test_what_could_not_be_linted_is_a_notification() -> None:
    (invocation,) = rendered(Report((BROKEN,)))["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [(it["message"]["text"], it["locations"]) for it in invocation["toolExecutionNotifications"]]
    path = {"uri": "broken.py", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 1, "startColumn": 2}
    assert told[0] == ("invalid syntax", [{"physicalLocation": {"artifactLocation": path, "region": region}}])
    assert told[1][0] == "no"
    assert rendered(report(PROVEN))["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        pytest.param("/work/a b/损.py", {"uri": "a%20b/%E6%8D%9F.py", "uriBaseId": "%SRCROOT%"}, id="inside"),
        pytest.param("/else/x.py", {"uri": "file:///else/x.py"}, id="outside"),
        pytest.param("x.py", {"uri": "x.py", "uriBaseId": "%SRCROOT%"}, id="relative"),
    ],
)
def test_paths_are_uris_relative_to_where_the_run_was(path: str, location: dict[str, str]) -> None:
    shown = Report((FileReport(path, problems=(Problem(path, "no", 1),)),))
    (invocation,) = rendered(shown, root="/work")["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_strict_findings_are_notes() -> None:
    assert {result["level"] for result in rendered(report(replace(PROVEN, level=Level.STRICT)))["results"]} == {"note"}
