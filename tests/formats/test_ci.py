"""Formats that CI systems and review tools read, key by key as their specifications have them."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from nanlint.findings import Level, Place, Problem, Step
from nanlint.formats import View, render
from nanlint.reports import FileReport, Report
from tests.formats.tools import BROKEN, LIKELY, MIXED, NOTEBOOK, PROVEN, SOURCE, SUGGESTION, finding, report

ALL = Report((*report(*MIXED).files, FileReport("clean.py"), NOTEBOOK, BROKEN))
ODD = finding("x, y", message="50% of a, b: c; d]\nnext")


class TestGitHub:
    def commands(self, shown: Report, **options: Any) -> list[tuple[str, dict[str, str], str]]:
        """Command, properties and message of each line, escapes undone as the runner does."""
        lines = render("github", View(shown, **options)).splitlines()
        return [self.parsed(line) for line in lines]

    def parsed(self, line: str) -> tuple[str, dict[str, str], str]:
        match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
        assert match is not None
        pairs = (pair.split("=", 1) for pair in match[2].split(","))
        return match[1], {key: self.decoded(value, "%2C:,%3A::") for key, value in pairs}, self.decoded(match[3])

    @staticmethod
    def decoded(text: str, more: str = "") -> str:
        for escape, character in (("%2C", ","), ("%3A", ":")) if more else ():
            text = text.replace(escape, character)
        return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    def test_a_finding_is_an_annotation_of_its_lines(self) -> None:
        assert self.commands(report(PROVEN)) == [
            (
                "error",
                {
                    "title": "nanlint NAN101 log-of-zero",
                    "file": "train.py",
                    "line": "7",
                    "endLine": "7",
                    "col": "7",
                    "endColumn": "19",
                },
                f"train.py:7:7: NAN101 {PROVEN.message}\n{PROVEN.remedy}",
            )
        ]

    def test_levels_are_commands(self) -> None:
        assert [command for command, _, _ in self.commands(report(*MIXED))] == ["error", "notice", "notice", "warning"]

    def test_columns_are_left_out_where_github_would_refuse_them(self) -> None:
        source = "x = f(\n    a,\n)\n"
        ((_, properties, _),) = self.commands(report(finding(source[4:-1], source=source), source=source))
        assert (properties["line"], properties["endLine"]) == ("1", "3")
        assert not {"col", "endColumn"} & set(properties)

    def test_nothing_breaks_out_of_a_command(self) -> None:
        ((_, properties, message),) = self.commands(Report((FileReport("a,b:c%.py", (ODD,), text=SOURCE),)))
        assert message == "train.py:5:17: NAN101 50% of a, b: c; d]\nnext"
        assert properties["file"] == "train.py"
        ((_, properties, _),) = self.commands(Report((FileReport("f", problems=(Problem("a,b:c%.py", "no"),)),)))
        assert properties == {"title": "nanlint", "file": "a,b:c%.py"}

    def test_notebooks_have_the_line_of_the_file_and_name_the_cell(self) -> None:
        (_, properties, message), (_, failed, reason) = self.commands(Report((NOTEBOOK,)))
        assert (properties["line"], properties["endLine"], "col" in properties) == ("22", "22", False)
        assert message.startswith("deep/nb.ipynb:cell 4:2:5: NAN101 log of p")
        assert (failed["file"], "line" in failed) == ("deep/nb.ipynb", False)
        assert reason == "deep/nb.ipynb:cell 2:1:1: odd magic"

    def test_absolute_paths_in_the_checkout_become_relative(self) -> None:
        shown = Report((FileReport("/r/a.py", problems=(Problem("/r/a.py", "no"), Problem("/s/b.py", "no"))),))
        assert [properties["file"] for _, properties, _ in self.commands(shown, root="/r")] == ["a.py", "/s/b.py"]


class TestAzure:
    def test_a_finding_is_an_issue(self) -> None:
        assert render("azure", View(report(PROVEN))) == (
            "##vso[task.logissue type=error;sourcepath=train.py;linenumber=7;columnnumber=7;code=NAN101;]"
            f"{PROVEN.message}\n"
        )

    def test_below_a_warning_the_level_is_said(self) -> None:
        shown = [line.split("]", 1) for line in render("azure", View(report(*MIXED))).splitlines()]
        assert [re.findall(r"type=(\w+)", head)[0] for head, _ in shown] == ["error", "warning", "warning", "warning"]
        assert [message.split(": ")[0] for _, message in shown[1:3]] == ["note", "strict"]

    def test_nothing_breaks_out_of_a_command(self) -> None:
        shown = Report((FileReport("f", (ODD,), (Problem("a;b].py", "bad\nluck", 3),), text=SOURCE),))
        finding_line, problem_line = render("azure", View(shown)).splitlines()
        assert finding_line.endswith("]50%AZP25 of a, b: c; d]%0Anext")
        assert problem_line == "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;linenumber=3;]bad%0Aluck"

    def test_notebooks_name_the_cell(self) -> None:
        first, second = render("azure", View(Report((NOTEBOOK,)))).splitlines()
        assert first.endswith("linenumber=22;code=NAN101;]cell 4, line 2: log of p")
        assert second.endswith("sourcepath=deep/nb.ipynb;]cell 2, line 1: odd magic")


class TestGitLab:
    def issues(self, shown: Report, **options: Any) -> list[dict[str, Any]]:
        issues = json.loads(render("gitlab", View(shown, **options)))
        for issue in issues:
            assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert set(issue["location"]) == {"path", "positions"}
            for end in ("begin", "end"):
                position = issue["location"]["positions"][end]
                assert set(position) == {"line", "column"}
                assert min(position.values()) >= 1
        fingerprints = [issue["fingerprint"] for issue in issues]
        assert len(set(fingerprints)) == len(fingerprints)
        return list(issues)

    def test_a_finding_is_an_issue(self) -> None:
        (issue,) = self.issues(report(PROVEN))
        assert re.fullmatch("[0-9a-f]{32}", issue.pop("fingerprint"))
        assert issue == {
            "description": f"NAN101: {PROVEN.message}",
            "check_name": "log-of-zero",
            "severity": "critical",
            "location": {
                "path": "train.py",
                "positions": {"begin": {"line": 7, "column": 7}, "end": {"line": 7, "column": 19}},
            },
        }

    def test_everything_is_reported_with_its_severity(self) -> None:
        severities = [issue["severity"] for issue in self.issues(ALL)]
        assert severities == ["critical", "minor", "info", "major", "critical", "blocker", "blocker", "blocker"]

    def test_notebooks_have_the_line_of_the_file_and_name_the_cell(self) -> None:
        found, failed = self.issues(Report((NOTEBOOK,)))
        assert found["location"]["positions"]["begin"]["line"] == 22
        assert found["description"].startswith("NAN101: cell 4, line 2: ")
        assert failed["location"]["positions"]["begin"] == {"line": 1, "column": 1}

    def test_paths_are_relative_to_the_project(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CI_PROJECT_DIR", "/builds/group/project")
        (issue,) = self.issues(report(PROVEN), root="/builds/group/project/sub")
        assert issue["location"]["path"] == "sub/train.py"

    def test_nothing_is_an_empty_list(self) -> None:
        assert self.issues(Report((FileReport("clean.py"),))) == []


class TestReviewdog:
    def parsed(self, shown: Report) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(render("rdjson", View(shown)))
        assert set(result) == {"source", "severity", "diagnostics"}
        known = {"message", "location", "severity", "code", "suggestions", "related_locations"}
        for diagnostic in result["diagnostics"]:
            assert {"message", "location", "severity"} <= set(diagnostic) <= known
            assert diagnostic["severity"] in {"ERROR", "WARNING", "INFO"}
        return result

    def test_columns_count_bytes(self) -> None:
        parsed = self.parsed(report(PROVEN))
        assert parsed["source"] == {"name": "nanlint"}
        (diagnostic,) = parsed["diagnostics"]
        before = len("\t损失 = ".encode())
        assert diagnostic["location"] == {
            "path": "train.py",
            "range": {
                "start": {"line": 7, "column": before + 1},
                "end": {"line": 7, "column": before + 1 + len("torch.log(p)")},
            },
        }
        assert diagnostic["code"] == {"value": "NAN101"}
        assert diagnostic["message"] == f"{PROVEN.message}\n{PROVEN.remedy}"

    def test_a_suggestion_holds_all_edits_of_a_fix(self) -> None:
        (diagnostic,) = self.parsed(report(LIKELY))["diagnostics"]
        (suggestion,) = diagnostic["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        text = SOURCE.encode()
        first, last = (offset(text, place) for place in (start, end))
        assert (text[:first] + suggestion["text"].encode() + text[last:]).decode() == "import math\n" + SOURCE.replace(
            "mask.sum()", "mask.sum().clamp_min(1)"
        )

    def test_evidence_is_related_and_known_by_bytes_where_its_text_is_known(self) -> None:
        elsewhere = Step(Place("model.py", 3, 9, 3, 12), "sigmoid", "[0, 1]")
        shown = report(finding("torch.log(p)", evidence=(*PROVEN.evidence[1:], elsewhere)))
        (diagnostic,) = self.parsed(shown)["diagnostics"]
        own, other = diagnostic["related_locations"]
        assert (own["message"], own["location"]) == ("its log (-inf, 0]", diagnostic["location"])
        assert other == {
            "message": "sigmoid [0, 1]",
            "location": {"path": "model.py", "range": {"start": {"line": 3}, "end": {"line": 3}}},
        }

    def test_everything_is_reported(self) -> None:
        diagnostics = self.parsed(ALL)["diagnostics"]
        severities = [diagnostic["severity"] for diagnostic in diagnostics]
        assert severities == ["ERROR", "INFO", "INFO", "WARNING", "ERROR", "ERROR", "ERROR", "ERROR"]
        assert diagnostics[-2]["location"] == {"path": "broken.py", "range": {"start": {"line": 1}}}
        assert diagnostics[-1]["location"] == {"path": "broken.py"} | {"path": "gone.py"}

    def test_a_notebook_has_no_suggestion_for_its_json(self) -> None:
        found = self.parsed(Report((NOTEBOOK,)))["diagnostics"][0]
        assert found["suggestions"] == []
        assert found["location"]["range"] == {"start": {"line": 22}, "end": {"line": 22}}
        assert found["message"].startswith("cell 4, line 2: ")

    def test_what_is_never_applied_is_suggested_too(self) -> None:
        (diagnostic,) = self.parsed(report(finding("x, y", fix=SUGGESTION)))["diagnostics"]
        assert [suggestion["text"] for suggestion in diagnostic["suggestions"]] == ["1"]


def offset(text: bytes, place: dict[str, int]) -> int:
    """Of a line and a column in bytes."""
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1


class TestJUnit:
    def suites(self, shown: Report, **options: Any) -> ElementTree.Element:
        """The root, its numbers checked against what it holds."""
        root = ElementTree.fromstring(render("junit", View(shown, **options)))
        assert root.tag == "testsuites"
        for element in (root, *root):
            cases = list(element.iter("testcase"))
            assert int(element.attrib["tests"]) == len(cases)
            for tag in ("failure", "error"):
                assert int(element.attrib[f"{tag}s"]) == len(list(element.iter(tag)))
        for case in root.iter("testcase"):
            assert case.attrib["name"] and case.attrib["classname"]
        return root

    def test_a_file_is_a_suite_and_a_finding_a_case(self) -> None:
        root = self.suites(ALL)
        assert [suite.attrib["name"] for suite in root] == ["train.py", "clean.py", "deep/nb.ipynb", "broken.py"]
        assert [len(suite) for suite in root] == [4, 1, 2, 2]
        case = root[0][0]
        assert case.attrib == {
            "name": "NAN101 log-of-zero 7:7",
            "classname": "train.py",
            "file": "train.py",
            "line": "7",
        }
        (failure,) = case
        assert failure.attrib == {"type": "error", "message": PROVEN.message}
        assert failure.text is not None
        assert "1. train.py:6:6: softmax of the logits in [0, 1]" in failure.text.splitlines()

    @pytest.mark.parametrize(("fail_on", "failures"), [(Level.ERROR, 1), (Level.WARNING, 2), (Level.NOTE, 3)])
    def test_what_does_not_fail_the_run_does_not_fail_here(self, fail_on: Level, failures: int) -> None:
        root = self.suites(report(*MIXED), fail_on=fail_on)
        assert (root.attrib["tests"], root.attrib["failures"]) == ("4", str(failures))
        assert len(list(root.iter("system-out"))) == 4 - failures

    def test_what_could_not_be_linted_is_an_error(self) -> None:
        root = self.suites(Report((BROKEN, NOTEBOOK)))
        assert [error.attrib["message"] for error in root.iter("error")] == ["invalid syntax", "no", "odd magic"]
        assert root[1][0].attrib["name"] == "NAN101 log-of-zero cell 4:2:5"

    def test_clean_files_pass(self) -> None:
        root = self.suites(Report((FileReport("clean.py"),)))
        assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("1", "0", "0")

    def test_characters_that_xml_lacks_are_replaced(self) -> None:
        hostile = finding("x, y", message="a <b> & \x1b[2J \x00 \ud800 \"q\" '🙂'")
        (failure,) = self.suites(report(hostile)).iter("failure")
        assert failure.attrib["message"] == "a <b> & \ufffd[2J \ufffd \ufffd \"q\" '🙂'"
