"""One session per line, as in ``agentport-run/1``; the last line is the summary."""

from __future__ import annotations

import json

from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.run_format import session_document
from agentport_harness.core.writer import Look, Writer


def line(session: SessionReport) -> str:
    """One session's line, newline included."""
    return json.dumps(session_document(session)) + "\n"


def _write(run: Run, _look: Look) -> str:
    return "".join(map(line, run.sessions)) + last_line(run)


def last_line(run: Run) -> str:
    """The summary's line, newline included."""
    return json.dumps({"summary": run.summary()}) + "\n"


JSONL_REPORT = Writer(name="jsonl", write=_write)
