"""JUnit XML: one testcase for each transcript, else one for each rule and session.

A warning and a finding that the baseline names do not fail a run, so they fail no testcase either: the first is told
in ``system-out``, the second is a skip with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from xml.etree import ElementTree as ET

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.verdict import Finding, Verdict
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import TOOL, at, declared, names, unmet

_UNTESTED = {
    "not_applicable": "what triggers the rule never happened",
    "not_testable": "this recording cannot show it",
    "skipped": "not run",
}
_KINDS = ("failure", "error", "skipped")


def _write(run: Run, _look: Look) -> str:
    root = ET.Element("testsuites", name=TOOL)
    if run.kind == "transcript":
        cases = [_transcript(session, name) for session, name in zip(run.sessions, names(run), strict=True)]
        _suite(root, run.name or "transcripts", cases)
    else:
        for session, name in zip(run.sessions, names(run), strict=True):
            _suite(root, name, _session(session, name))
    if run.stale:
        _suite(root, "baseline", [_stale(entry) for entry in run.stale])
    for kind in ("tests", "failures", "errors", "skipped"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, name: str, cases: Iterable[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", name=visible(name))
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    for kind, plural in zip(_KINDS, ("failures", "errors", "skipped"), strict=True):
        suite.set(plural, str(sum(1 for case in suite if case.find(kind) is not None)))


def _transcript(session: SessionReport, name: str) -> ET.Element:
    case = _case(PurePath(session.source).parent.name or "transcripts", name)
    case.set("time", f"{session.seconds:.3f}")
    _properties(case, {"file": session.source, "declares": " ".join(session.expectation.rules)
                       if session.expectation is not None else ""})  # fmt: skip
    if session.problem is not None:
        _problem(case, session.problem)
    elif session.skipped:
        _add(case, "skipped", session.skipped)
    elif faults := [f"{verdict.rule}: {verdict.reason}" for verdict in session.verdicts if verdict.status == "error"]:
        _add(case, "error", _first(faults), faults, kind="fault-of-the-check")
    elif unmet(session):
        body = [*unmet(session)]
        for verdict in session.verdicts:
            if not declared(session, verdict):
                body += [line for finding in verdict.findings for line in _lines(verdict, finding)]
        _add(case, "failure", _first(unmet(session)), body, kind="unmet-expectation")
    return case


def _session(session: SessionReport, name: str) -> Iterator[ET.Element]:
    if session.problem is not None:
        case = _case(name, "session")
        _problem(case, session.problem)
        yield case
    elif session.skipped:
        case = _case(name, "session")
        _add(case, "skipped", session.skipped)
        yield case
    for verdict in session.verdicts:
        yield _rule(verdict, name)


def _rule(verdict: Verdict, name: str) -> ET.Element:
    case = _case(name, f"{verdict.rule} {verdict.slug}")
    place = next((finding.place for finding in verdict.findings), None)
    _properties(
        case,
        {"level": verdict.level, "status": verdict.status, "file": place.path if place else "",
         "line": str(place.line) if place and place.line else ""},
    )  # fmt: skip
    new = [finding for finding in verdict.findings if not finding.baselined]
    body = [line for finding in new or verdict.findings for line in _lines(verdict, finding)]
    if verdict.status == "error":
        _add(case, "error", verdict.reason, body, kind="fault-of-the-check")
    elif verdict.status in _UNTESTED:
        _add(case, "skipped", verdict.reason or _UNTESTED[verdict.status])
    elif verdict.findings and not new:
        _add(case, "skipped", f"in the baseline: {_first([f.message for f in verdict.findings])}", body)
    elif verdict.status == "fail":
        _add(case, "failure", _first([finding.message for finding in new]), body, kind=verdict.slug)
    elif new:
        ET.SubElement(case, "system-out").text = "\n".join(body)
    return case


def _stale(entry: str) -> ET.Element:
    case = _case("baseline", entry)
    _add(case, "failure", "this baseline entry matches no finding any more", kind="stale-baseline-entry")
    return case


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=visible(classname), name=visible(name))


def _properties(case: ET.Element, values: dict[str, str]) -> None:
    told = {name: value for name, value in values.items() if value}
    if told:
        properties = ET.SubElement(case, "properties")
        for name, value in told.items():
            ET.SubElement(properties, "property", name=name, value=visible(value))


def _problem(case: ET.Element, problem: Problem) -> None:
    told = f"{problem.at}: {problem.message}" if problem.at else problem.message
    _add(case, "error", told, [problem.hint] if problem.hint else [], kind="not-judged")


def _add(case: ET.Element, tag: str, message: str, body: Iterable[str] = (), *, kind: str = "") -> None:
    element = ET.SubElement(case, tag, message=one_line(message, 500))
    if kind:
        element.set("type", visible(kind))
    element.text = "\n".join(visible(line) for line in body) or None


def _first(messages: Iterable[str]) -> str:
    first, *others = messages
    return f"{first} (and {len(others)} more)" if others else first


def _lines(verdict: Verdict, finding: Finding) -> Iterator[str]:
    """A finding as text; every line is made visible when it is added, or here."""
    where = " ".join(part for part in (at(finding.place), finding.moment and f"({finding.moment})") if part)
    yield visible(f"{verdict.rule} {verdict.slug} ({verdict.level}): {finding.message}")
    if where:
        yield visible(f"  at      {where}")
    if finding.evidence:
        yield f"  found   {one_line(finding.evidence, 500)}"
    if finding.why:
        yield f"  why     {one_line(finding.why, 500)}"
    yield f"  wanted  {one_line(finding.expected, 500)}"


JUNIT = Writer(name="junit", write=_write)
