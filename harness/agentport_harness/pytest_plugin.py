"""Collects ``*.transcript.yaml`` as test items, played against an embedded gateway or a given one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from agentport_harness.core.report import SessionReport
    from agentport_harness.core.transcript import Transcript

ENDING = ".transcript.yaml"
_REPORTS = pytest.StashKey[dict[str, "SessionReport"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that name another gateway than the embedded one."""
    group = parser.getgroup("agentport", "AgentPort transcripts")
    group.addoption("--agentport-url", help="replay transcripts against the gateway at this URL")
    group.addoption("--agentport-api-key", help="the agent's key there [env: AGENTPORT_API_KEY]")
    group.addoption("--agentport-human-email", help="who decides there; the password is AGENTPORT_HUMAN_PASSWORD")
    group.addoption("--agentport-ready-file", help="take all of these from a file that `serve --ready-file` wrote")
    group.addoption("--agentport-jobs", type=int, default=8, help="transcripts side by side (default: 8)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Transcripts are found by their ending."""
    if file_path.name.endswith(ENDING):
        return TranscriptFile.from_parent(parent, path=file_path)
    return None


class TranscriptFile(pytest.File):
    """One transcript file."""

    def collect(self) -> Iterator[pytest.Item]:
        """The file's one transcript. A malformed one is an error of collection, with file and line."""
        from agentport_harness.core.errors import InputError
        from agentport_harness.transcript_files import load_transcript

        try:
            transcript = load_transcript(self.path)
        except InputError as error:
            raise self.CollectError(str(error)) from None
        yield TranscriptItem.from_parent(self, name=transcript.name, transcript=transcript)


class TranscriptFailed(Exception):  # noqa: N818 pytest shows the name to people
    """A transcript's verdict or expectations were not as declared."""


class TranscriptItem(pytest.Item):
    """Passes when everything is as the transcript declares."""

    def __init__(self, *, transcript: Transcript, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.transcript = transcript

    def runtest(self) -> None:
        """Play it; the first item plays those of all selected items side by side."""
        from agentport_harness.core.errors import HarnessError

        if _REPORTS not in self.session.stash:
            try:
                self.session.stash[_REPORTS] = _play_all(self.session)
            except HarnessError as error:
                pytest.exit(f"agentport: {error}", returncode=error.exit_code)
        report = self.session.stash[_REPORTS][self.transcript.path]
        if report.skipped:
            pytest.skip(report.skipped)
        if report.problem is not None or report.expectation is None or not report.expectation.met:
            raise TranscriptFailed(_shown(report))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding and the trace around it."""
        if isinstance(excinfo.value, TranscriptFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, and what happens in the transcript."""
        return self.path, None, self.transcript.title


def _play_all(session: pytest.Session) -> dict[str, SessionReport]:
    import os

    from agentport_harness.runner.catalogue import agent_rules
    from agentport_harness.runner.gateways import given_gateway
    from agentport_harness.runner.replay import ReplayOptions, replay

    given = session.config.getoption
    gateway = given_gateway(
        given("--agentport-url"),
        given("--agentport-api-key") or os.environ.get("AGENTPORT_API_KEY"),
        given("--agentport-human-email") or os.environ.get("AGENTPORT_HUMAN_EMAIL"),
        "AGENTPORT_HUMAN_PASSWORD",
        given("--agentport-ready-file"),
    )
    transcripts = [item.transcript for item in session.items if isinstance(item, TranscriptItem)]
    options = ReplayOptions(gateway=gateway, jobs=given("--agentport-jobs"))
    run = replay(transcripts, agent_rules(), options)
    return {report.source: report for report in run.sessions}


def _shown(report: SessionReport) -> str:
    from agentport_harness.core.report import Run
    from agentport_harness.core.writer import Look
    from agentport_harness.runner.catalogue import report_writers

    run = Run(kind="transcript", name=report.source, sessions=(report,))
    return report_writers()["terminal"].write(run, Look(quiet=True)).rstrip()
