"""Writes docs/traceability.md: `python -m tests.skills.traceability_page`, which replays the shipped suite."""

from __future__ import annotations

import os
from pathlib import Path

from agentport_harness.bundled import skills_folder
from agentport_harness.runner.bindings import requirement_rules
from agentport_harness.runner.catalogue import agent_rules, gateway_checks
from agentport_harness.runner.replay import ReplayOptions, replay
from agentport_harness.runner.teaching import exercised
from agentport_harness.skill_bundle.page import Exercised, traceability_page
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.skill_files import folder_bundle
from agentport_harness.transcript_files import load_transcript, transcript_paths
from tests.skills.bundle import ROOT

PAGE = ROOT / "docs" / "traceability.md"
SUITE = ROOT / "harness" / "agentport_harness" / "suite"
STANDINS = ROOT / "tests" / "standins"


def transcript_names() -> list[str]:
    """The shipped transcripts, by path inside the suite."""
    return [Path(path).relative_to(SUITE).as_posix() for path in map(str, transcript_paths([str(SUITE)]))]


def replayed() -> dict[str, Exercised]:
    """What each shipped transcript tries, from a replay; the tests' stand-in for `ap` must be on PATH."""
    run = replay([load_transcript(path) for path in transcript_paths([str(SUITE)])], agent_rules(), ReplayOptions())
    assert all(session.expectation and session.expectation.met for session in run.sessions)
    return {Path(session.source).relative_to(SUITE).as_posix(): exercised(session) for session in run.sessions}


def page_of(tried: dict[str, Exercised]) -> str:
    """The page for these transcripts."""
    record = traceability_record(folder_bundle(skills_folder()))
    assert record is not None
    return traceability_page(record, requirement_rules(), tried, {check.id: check.slug for check in gateway_checks()})


if __name__ == "__main__":
    os.environ["PATH"] = f"{STANDINS}{os.pathsep}{os.environ['PATH']}"
    PAGE.write_text(page_of(replayed()), encoding="utf-8")
