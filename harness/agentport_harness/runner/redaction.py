"""Masks a session's report before any writer sees it, so that every format is masked alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from agentport_harness.core.json_values import JSON, strings_in
from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace import Event, Place, Trace
from agentport_harness.core.verdict import Finding, Verdict
from agentport_harness.detectors.masking import Mask

_NAMES = frozenset({"call_id", "request_id", "decision", "fault"})
"""Fields that tie events together: masking them would tear them apart, and they are not written by people."""
_QUOTED = re.compile(r"\bgot (['\"]).*\1", re.DOTALL)
"""What a problem quotes of a broken line: the beginning of anything, too little to tell what it is."""


def redacted(report: SessionReport, trace: Trace | None = None) -> SessionReport:
    """The report without credentials and e-mail addresses. ``trace`` is what it was made of.

    Where a recording lies, rule ids and fingerprints stay, so that a finding can still be found and baselined.
    """
    mask = Mask(_texts(trace) if trace is not None and report.findings_count else ())
    problem = report.problem
    return replace(
        report,
        title=mask.text(report.title),
        verdicts=tuple(_verdict(verdict, mask) for verdict in report.verdicts),
        problem=replace(problem, message=_QUOTED.sub("got [text]", problem.message)) if problem else None,
        skipped=mask.text(report.skipped),
        warnings=tuple(map(mask.text, report.warnings)),
        trace=masked_trace(report.trace, mask) if report.trace else None,
    )


def redacted_trace(trace: Trace) -> Trace:
    """The session without credentials and e-mail addresses."""
    return masked_trace(trace, Mask(_texts(trace)))


def masked_trace(trace: Trace, mask: Mask) -> Trace:
    """The session with every text of it masked."""
    return replace(
        trace,
        events=tuple(_event(event, mask) for event in trace.events),
        warnings=tuple(map(mask.text, trace.warnings)),
    )


def _texts(trace: Trace) -> Iterator[str]:
    for event in trace.events:
        for field in fields(event):
            value = getattr(event, field.name)
            if isinstance(value, str):
                yield value
            elif isinstance(value, Mapping | list | tuple):
                yield from strings_in(value)


def _verdict(verdict: Verdict, mask: Mask) -> Verdict:
    if not verdict.findings and not verdict.reason:
        return verdict
    findings = tuple(_finding(finding, mask) for finding in verdict.findings)
    return replace(verdict, reason=mask.text(verdict.reason), findings=findings)


def _finding(finding: Finding, mask: Mask) -> Finding:
    return replace(
        finding,
        message=mask.text(finding.message),
        evidence=mask.text(finding.evidence),
        expected=mask.text(finding.expected),
    )


def _event(event: Event, mask: Mask) -> Event:
    changed: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name not in _NAMES and not isinstance(value, Place | int | float | None):
            changed[field.name] = _value(value, mask)
    return replace(event, **changed)


def _value(value: JSON, mask: Mask) -> JSON:
    """The value with every text in it masked, names of fields included; readers bound how deep it is nested."""
    if isinstance(value, str):
        return mask.text(value)
    if isinstance(value, Mapping):
        return {mask.text(name): _value(item, mask) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item, mask) for item in value]
    return value
