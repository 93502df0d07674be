"""JUnit's XML: a suite for each file, a case for each finding; what does not fail the run is no failure here."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nanlint.findings import Finding, Problem
from nanlint.formats import View
from nanlint.formats._places import portable, where, within
from nanlint.formats.full import said
from nanlint.reports import FileReport

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(view: View) -> str:
    """A file without findings is a suite of one case that passes."""
    root = Element("testsuites", name="nanlint")
    for file in view.report.files:
        _suite(root, file, view)
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, file: FileReport, view: View) -> None:
    path = _legal(portable(file.path, view.root))
    suite = SubElement(root, "testsuite", name=path)
    for finding in file.findings:
        _case(suite, finding, path, fails=finding.level >= view.fail_on)
    for problem in file.problems:
        _error(suite, problem, path)
    if not len(suite):
        SubElement(suite, "testcase", name="nanlint", classname=path)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", "0")


def _case(suite: Element, finding: Finding, path: str, *, fails: bool) -> None:
    name = f"{finding.code} {finding.rule} {within(finding.place)}"
    case = SubElement(suite, "testcase", name=name, classname=path, file=path, line=str(finding.place.line))
    steps = [f"{number}. {where(step.place)}: {said(step)}" for number, step in enumerate(finding.evidence, 1)]
    text = _legal("\n".join([finding.message, *steps, *([finding.remedy] if finding.remedy else [])]))
    if fails:
        SubElement(case, "failure", type=finding.level.label, message=_legal(finding.message)).text = text
    else:
        SubElement(case, "system-out").text = f"{finding.level.label}: {text}"


def _error(suite: Element, problem: Problem, path: str) -> None:
    case = SubElement(suite, "testcase", name="not linted", classname=path, file=path)
    SubElement(case, "error", type="not linted", message=_legal(problem.message)).text = _legal(str(problem))


def _legal(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
