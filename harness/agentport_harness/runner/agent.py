"""Drives a real agent client through transcripts, trial after trial, and judges what it did."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import anyio

from agentport_harness.core.errors import HarnessError, InputError, UnreachableError
from agentport_harness.core.judge import judge
from agentport_harness.core.rates import Rate
from agentport_harness.core.report import Met, Problem, Run, SessionReport, SubjectKind
from agentport_harness.core.rule import Rule
from agentport_harness.core.transcript import Transcript
from agentport_harness.runner.agent_options import AgentOptions, why_unplayable
from agentport_harness.runner.agent_trial import Place, Played, play
from agentport_harness.runner.catalogue import rule_texts
from agentport_harness.runner.recorder import Recorder
from agentport_harness.runner.replay import (
    ReplayOptions,
    compared,
    harness_error,
    installed,
    playing_gateway,
    problem_of,
)
from agentport_harness.surfaces.reading import read_session
from agentport_harness.transports.agent_process import find_command, installed_version
from agentport_harness.transports.agentport import AgentPortAdapter
from agentport_harness.transports.embedded import Gateway
from agentport_harness.transports.upstream import ScriptedUpstreams, scripted_upstreams

Progress = Callable[[SessionReport], None]


def run_agent(
    transcripts: Sequence[Transcript],
    rules: Sequence[Rule],
    options: AgentOptions,
    replaying: ReplayOptions,
    *,
    skipped: Sequence[Rule] = (),
    progress: Progress = lambda _report: None,
    name: str = "",
) -> Run:
    """Play every transcript through the client, and say how often it went well. ``replaying`` names the gateway.

    Raises `UnreachableError` when there is no such client or gateway.
    """
    if options.credential == "oauth" and options.client.sign_in is None:
        raise InputError("no-sign-in", f"{options.client.title} cannot be made to sign in to an MCP server by OAuth")
    command = find_command(options.client.command, options.client.package, options.client_folder or None)
    if options.keep is not None:
        try:
            options.keep.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError("cannot-write", f"cannot be used: {error.strerror}", at=str(options.keep)) from None
    agent = _Agent(tuple(rules), tuple(skipped), options, replaying, progress)
    agent.version = installed_version(command, options.client.package)
    try:
        anyio.run(agent.run, tuple(transcripts))
    except (HarnessError, BaseExceptionGroup) as error:
        raise harness_error(error) from None
    return Run(
        kind="recording" if options.model else "transcript",
        name=name,
        sessions=tuple(agent.reports),
        facts=agent.facts(),
        texts=rule_texts(),
    )


class _Agent:
    """One run: trials one after the other, since clients are heavy; the reports so far."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        skipped: tuple[Rule, ...],
        options: AgentOptions,
        replaying: ReplayOptions,
        progress: Progress,
    ) -> None:
        self.reports: list[SessionReport] = []
        self.version = ""
        self._rules, self._skipped, self._options = rules, skipped, options
        self._replaying, self._progress = replaying, progress
        self._tried: dict[bool, list[SessionReport]] = {}
        self._told: dict[str, str] = {}

    async def run(self, transcripts: tuple[Transcript, ...]) -> None:
        by_expiry: dict[float | None, list[Transcript]] = {}
        for transcript in transcripts:
            by_expiry.setdefault(transcript.approval_expiry, []).append(transcript)
        async with scripted_upstreams(self._replaying.upstream_host) as upstreams:
            for expiry, group in by_expiry.items():
                playable = [transcript for transcript in group if not why_unplayable(transcript)]
                self.reports += [_skipped(transcript) for transcript in group if transcript not in playable]
                if not playable:
                    continue
                async with playing_gateway(self._replaying, expiry) as (gateway, adapter):
                    if not isinstance(adapter, AgentPortAdapter):
                        raise UnreachableError("no-log", "this adapter cannot list requests and calls")
                    for transcript in playable:
                        await self._trials(transcript, gateway, adapter, upstreams)
        order = {transcript.path: number for number, transcript in enumerate(transcripts)}
        self.reports.sort(key=lambda report: order[report.source])

    async def _trials(
        self, transcript: Transcript, gateway: Gateway, adapter: AgentPortAdapter, upstreams: ScriptedUpstreams
    ) -> None:
        for number in range(1, self._options.trials + 1):
            for with_skills in (True, False) if self._options.compare else (True,):
                report = await self._trial(transcript, gateway, adapter, upstreams, number, with_skills)
                self.reports.append(report)
                self._tried.setdefault(with_skills, []).append(report)
                self._progress(report)

    async def _trial(
        self,
        transcript: Transcript,
        gateway: Gateway,
        adapter: AgentPortAdapter,
        upstreams: ScriptedUpstreams,
        number: int,
        with_skills: bool,
    ) -> SessionReport:
        began = time.perf_counter()
        recorder = Recorder(transcript, self._replaying.clock)
        skills = "with" if with_skills else "without"
        label = f"{transcript.name} · {self._options.client.name}"
        if self._options.trials > 1:
            label += f" · trial {number}"
        if self._options.compare:
            label += f" · {skills} skills"
        report = SessionReport(
            source=transcript.path,
            input_format="agentport-transcript/1",
            session_id=label,
            title=transcript.title,
        )
        async with AsyncExitStack() as stack:
            if self._options.keep is not None:
                output = self._options.keep / transcript.name / f"{self._options.client.name}-{number}-{skills}-skills"
            else:
                output = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentport-kept-")))
            try:
                integrations = {
                    one.name: await stack.enter_async_context(
                        installed(one, adapter, upstreams, recorder, self._replaying)
                    )
                    for one in transcript.integrations
                }
                place = Place(gateway=gateway, adapter=adapter, integrations=integrations, recorder=recorder)
                played = await play(transcript, place, self._options, with_skills=with_skills, output=output)
            except (HarnessError, BaseExceptionGroup) as error:
                return replace(report, problem=problem_of(harness_error(error)))
        self._told |= {"network": played.network} | ({"skills": played.skills} if with_skills else {})
        return replace(self._judged(report, transcript, played), seconds=time.perf_counter() - began)

    def _judged(self, report: SessionReport, transcript: Transcript, played: Played) -> SessionReport:
        if self._options.model and played.differences:  # with a real model nothing is expected but that it works
            report = replace(report, problem=Problem(message="; ".join(played.differences), exit_code=3))
        if played.problem is not None:
            return replace(report, problem=played.problem, trace=played.trace)
        if played.trace is None:
            rules = tuple(sorted(transcript.verdict))
            return replace(report, expectation=Met(rules=rules, differences=tuple(played.differences)))
        verdicts = judge(read_session(played.trace), self._rules, skipped=self._skipped)
        judged = replace(report, verdicts=verdicts, trace=played.trace, warnings=played.trace.warnings)
        if played.stopped:  # what an agent does whose script broke off says nothing
            rules = tuple(sorted(transcript.verdict))
            return replace(judged, expectation=Met(rules=rules, differences=tuple(played.differences)))
        if self._options.model:
            return judged
        return replace(judged, expectation=compared(transcript, verdicts, played.differences, self._skipped))

    def _went_well(self, report: SessionReport) -> bool:
        return report.problem is None and Run(kind=self._kind, name="", sessions=(report,)).exit_code() == 0

    @property
    def _kind(self) -> SubjectKind:
        return "recording" if self._options.model else "transcript"

    def facts(self) -> dict[str, str]:
        """What was run and how often it went well, in words."""
        client, options = self._options.client, self._options
        never_seen = f" (tried with {client.version})" if self.version not in ("", client.version) else ""
        told = {
            "client": f"{client.title} {self.version}".strip() + never_seen,
            "model": options.model or f"scripted, offered as {options.model_name or client.model}",
            **self._told,
        }
        for with_skills, reports in sorted(self._tried.items(), reverse=True):
            how = (" with the skills" if with_skills else " without the skills") if options.compare else ""
            passed = sum(map(self._went_well, reports))
            told[f"passed{how}"] = str(Rate(passed=passed, trials=len(reports)))
            for rule in self._broken:
                held = [report for report in reports if _applied(report, rule)]
                kept = sum(rule not in report.broken() for report in held)
                told[f"kept {rule}{how}"] = str(Rate(passed=kept, trials=len(held)))
        return told

    @property
    def _broken(self) -> Sequence[str]:
        """The rules that a real model broke in any trial; a scripted one breaks what it is told to."""
        return sorted({rule for report in self.reports for rule in report.broken()}) if self._options.model else ()


def _applied(report: SessionReport, rule: str) -> bool:
    return any(one.rule == rule and one.status in ("pass", "fail", "warn") for one in report.verdicts)


def _skipped(transcript: Transcript) -> SessionReport:
    return SessionReport(
        source=transcript.path,
        input_format="agentport-transcript/1",
        session_id=transcript.name,
        title=transcript.title,
        skipped=why_unplayable(transcript),
    )
