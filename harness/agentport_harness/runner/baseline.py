"""Reads and writes baseline files, and applies one to a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from agentport_harness.core.baseline import (
    Judged,
    Known,
    apply_baseline,
    baseline_from_document,
    baseline_of,
    baseline_to_document,
)
from agentport_harness.core.errors import InputError
from agentport_harness.core.report import Run


def read_baseline(path: Path) -> tuple[Known, ...]:
    """The entries of a baseline file. Raises `InputError` that names it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("unreadable", error.strerror or str(error), at=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise InputError("bad-baseline", f"not valid JSON: {error}", at=str(path)) from None
    try:
        return baseline_from_document(document)
    except InputError as error:
        raise InputError(error.slug, error.message, at=str(path), hint=error.hint) from None


def with_baseline(run: Run, known: tuple[Known, ...]) -> Run:
    """The run with its known findings marked and the stale entries named."""
    applied = apply_baseline(known, _judged(run))
    sessions = tuple(
        replace(session, verdicts=judged.verdicts)
        for session, judged in zip(run.sessions, applied.sessions, strict=True)
    )
    return replace(run, sessions=sessions, stale=told(applied.stale))


def told(stale: Iterable[Known]) -> tuple[str, ...]:
    """Stale entries as reports name them."""
    return tuple(" ".join(filter(None, (one.rule, one.fingerprint, one.source, one.reason))) for one in stale)


def baseline_text(run: Run) -> str:
    """A baseline file that names every finding of the run."""
    return document_text(baseline_of(_judged(run)))


def document_text(known: Iterable[Known]) -> str:
    """A baseline file that holds these entries."""
    return json.dumps(baseline_to_document(known), indent=2) + "\n"


def _judged(run: Run) -> tuple[Judged, ...]:
    return tuple(Judged(source=session.source, verdicts=session.verdicts) for session in run.sessions)
