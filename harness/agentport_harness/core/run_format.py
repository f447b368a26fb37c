"""``agentport-run/1``: a run as a plain document. The schema is ``schemas/run.v1.json``."""

from __future__ import annotations

from agentport_harness import __version__
from agentport_harness.core.json_values import JSON
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.verdict import Finding, Verdict

FORMAT = "agentport-run/1"


def run_document(run: Run) -> dict[str, JSON]:
    """The run as a JSON document."""
    told: dict[str, JSON] = {
        "format": FORMAT,
        "tool": {"name": "agentport-conformance", "version": __version__},
        "subject": {"kind": run.kind, "name": run.name},
        "sessions": [session_document(session) for session in run.sessions],
        "summary": run.summary(),
    }
    if run.stale:
        told["stale"] = list(run.stale)
    if run.facts:
        told["facts"] = dict(run.facts)
    return told


def session_document(session: SessionReport) -> dict[str, JSON]:
    """One session's entry, without its trace."""
    told: dict[str, JSON] = {
        "source": session.source,
        "input_format": session.input_format,
        "session_id": session.session_id,
    }
    if session.title:
        told["title"] = session.title
    if session.expectation is not None:
        told["expectation"] = {
            "rules": list(session.expectation.rules),
            "met": session.expectation.met,
            "differences": list(session.expectation.differences),
        }
    if session.skipped:
        told["skipped"] = session.skipped
    if session.problem is not None:
        told["problem"] = {
            "message": session.problem.message,
            "at": session.problem.at,
            "hint": session.problem.hint,
            "exit_code": session.problem.exit_code,
        }
    if session.warnings:
        told["warnings"] = list(session.warnings)
    if session.sentences:
        told["sentences"] = list(session.sentences)
    return told | {"verdicts": [_verdict(verdict) for verdict in session.verdicts]}


def _verdict(verdict: Verdict) -> dict[str, JSON]:
    told: dict[str, JSON] = {
        "rule": verdict.rule,
        "slug": verdict.slug,
        "level": verdict.level,
        "status": verdict.status,
    }
    if verdict.reason:
        told["reason"] = verdict.reason
    return told | {"findings": [_finding(finding) for finding in verdict.findings]}


def _finding(finding: Finding) -> dict[str, JSON]:
    told: dict[str, JSON] = {
        "message": finding.message,
        "turn": finding.turn,
        "event": finding.event,
        "evidence": finding.evidence,
        "expected": finding.expected,
        "location": {
            "path": finding.place.path,
            "line": finding.place.line,
            "pointer": finding.place.pointer,
        },
        "fingerprint": finding.fingerprint,
        "baselined": finding.baselined,
    }
    return told | {"why": finding.why} if finding.why else told
