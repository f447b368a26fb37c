"""Which sentences of the skills a replayed transcript tries."""

from __future__ import annotations

from dataclasses import replace

from agentport_harness.bundled import skills_folder
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.skill_bundle.page import Exercised, sentences_of
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.skill_bundle.traceability import Traceability
from agentport_harness.skill_files import folder_bundle


def exercised(report: SessionReport) -> Exercised:
    """The rules that a session broke or kept; those that never came up are neither."""
    return Exercised(
        broken=report.broken(),
        kept=tuple(verdict.rule for verdict in report.verdicts if verdict.status == "pass"),
    )


def with_sentences(run: Run) -> Run:
    """The run with the sentences that each session tried, as ``skill/file#section: sentence``."""
    record = traceability_record(folder_bundle(skills_folder()))
    if record is None:
        return run
    return replace(run, sessions=tuple(replace(one, sentences=_sentences(one, record)) for one in run.sessions))


def _sentences(report: SessionReport, record: Traceability) -> tuple[str, ...]:
    return tuple(
        f"{entry.skill}/{entry.file}#{entry.section}: {entry.quote}"
        for entry in sentences_of(record, exercised(report).rules)
    )
