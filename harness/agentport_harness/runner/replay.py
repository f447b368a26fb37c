"""Replays transcripts against a gateway, several at a time, and judges each live session."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import anyio

from agentport_harness.core.errors import HarnessError, InputError
from agentport_harness.core.judge import judge
from agentport_harness.core.report import Met, Problem, Run, SessionReport
from agentport_harness.core.rule import Rule
from agentport_harness.core.transcript import Integration, Transcript
from agentport_harness.core.verdict import Verdict
from agentport_harness.runner.catalogue import rule_texts
from agentport_harness.runner.player import Player, Stage
from agentport_harness.runner.recorder import Recorder
from agentport_harness.surfaces.reading import read_session
from agentport_harness.transports.adapter import Adapter
from agentport_harness.transports.agentport import signed_in
from agentport_harness.transports.embedded import Gateway, embedded_gateway
from agentport_harness.transports.mcp import Protocol, connect
from agentport_harness.transports.rest import agent_rest
from agentport_harness.transports.upstream import ScriptedUpstreams, scripted_upstreams


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """How to replay. ``gateway`` is None for embedded ones; times in seconds; ``clock`` is seconds since the epoch.

    ``jobs`` transcripts are played side by side. ``call_timeout`` must be longer than the gateway's poll budget;
    ``poll_budget`` is that of embedded ones for transcripts that outwait it; for the others it is `PATIENT`.
    """

    gateway: Gateway | None = None
    protocol: Protocol = "auto"
    jobs: int = 8
    call_timeout: float = 300.0
    upstream_host: str = "127.0.0.1"
    poll_budget: float = 1.0
    clock: Callable[[], float] = time.time
    unique: Callable[[], str] = field(default=lambda: secrets.token_hex(4))


PATIENT = 20.0
"""Poll budget where somebody decides while a call waits: however busy the machine is, the decision comes in time."""
CLEAN_UP = 5.0
"""Seconds that taking down what was set up may take at most."""

Progress = Callable[[SessionReport], None]


def replay(
    transcripts: Sequence[Transcript],
    rules: Sequence[Rule],
    options: ReplayOptions,
    *,
    skipped: Sequence[Rule] = (),
    progress: Progress = lambda _report: None,
    name: str = "",
) -> Run:
    """Play every transcript and return the run, in the order given; ``progress`` hears of each as it ends.

    Raises `UnreachableError` when the gateway cannot be reached at all.
    """
    reports = anyio.run(_Replay(tuple(rules), tuple(skipped), options, progress).run, tuple(transcripts))
    return Run(kind="transcript", name=name, sessions=reports, texts=rule_texts())


class _Replay:
    """One run: the upstreams, the gateways, and the reports so far."""

    def __init__(
        self, rules: tuple[Rule, ...], skipped: tuple[Rule, ...], options: ReplayOptions, progress: Progress
    ) -> None:
        self._rules, self._skipped, self._options, self._progress = rules, skipped, options, progress
        self._room = anyio.Semaphore(options.jobs)
        self._reports: dict[int, SessionReport] = {}

    async def run(self, transcripts: tuple[Transcript, ...]) -> tuple[SessionReport, ...]:
        embedded = self._options.gateway is None
        groups: dict[tuple[float | None, bool], list[int]] = {}
        for index, transcript in enumerate(transcripts):
            groups.setdefault((transcript.approval_expiry, embedded and transcript.outwaits), []).append(index)
        try:
            async with scripted_upstreams(self._options.upstream_host) as upstreams:
                # how long requests stay open is a setting of the whole organisation: one group of it after the
                # other on a given gateway, and an embedded one for each
                at_once = len(groups) if embedded else 1
                limit = anyio.CapacityLimiter(max(at_once, 1))
                async with anyio.create_task_group() as tasks:
                    for (expiry, outwaits), indexes in groups.items():
                        budget = self._options.poll_budget if outwaits else PATIENT
                        options = replace(self._options, poll_budget=budget)
                        tasks.start_soon(self._group, limit, options, expiry, indexes, transcripts, upstreams)
        except (HarnessError, BaseExceptionGroup) as error:
            raise harness_error(error) from None
        return tuple(self._reports[index] for index in range(len(transcripts)))

    async def _group(
        self,
        limit: anyio.CapacityLimiter,
        options: ReplayOptions,
        expiry: float | None,
        indexes: Sequence[int],
        transcripts: Sequence[Transcript],
        upstreams: ScriptedUpstreams,
    ) -> None:
        async with (
            limit,
            playing_gateway(options, expiry) as (gateway, adapter),
            anyio.create_task_group() as tasks,
        ):
            for index in indexes:
                tasks.start_soon(self._one, index, transcripts[index], gateway, adapter, upstreams)

    async def _one(
        self, index: int, transcript: Transcript, gateway: Gateway, adapter: Adapter, upstreams: ScriptedUpstreams
    ) -> None:
        report = SessionReport(
            source=transcript.path,
            input_format="agentport-transcript/1",
            session_id=transcript.name,
            title=transcript.title,
        )
        if transcript.shells and shutil.which("ap") is None:
            report = replace(report, skipped="no `ap` command on PATH: its shell steps cannot run")
        else:
            async with self._room:
                report = await self._judged(report, transcript, gateway, adapter, upstreams)
        self._reports[index] = report
        self._progress(report)

    async def _judged(
        self,
        report: SessionReport,
        transcript: Transcript,
        gateway: Gateway,
        adapter: Adapter,
        upstreams: ScriptedUpstreams,
    ) -> SessionReport:
        began = time.perf_counter()
        recorder = Recorder(transcript, self._options.clock)
        unmet: list[str] = []
        try:
            async with AsyncExitStack() as stack:
                stage = await self._stage(stack, transcript, gateway, adapter, upstreams, recorder)
                trace = await Player(transcript, stage, recorder, unmet).play()
        except (HarnessError, BaseExceptionGroup) as error:
            fault = harness_error(error)
            report = replace(report, trace=recorder.trace())
            if unmet and isinstance(fault, InputError):  # what was not captured follows from what went otherwise
                rules = tuple(sorted(transcript.verdict))
                return replace(report, expectation=Met(rules=rules, differences=(*unmet, fault.message)))
            return replace(report, problem=problem_of(fault))
        verdicts = judge(read_session(trace), self._rules, skipped=self._skipped)
        seconds = time.perf_counter() - began
        return replace(
            report,
            verdicts=verdicts,
            trace=trace,
            seconds=seconds,
            expectation=compared(transcript, verdicts, unmet, self._skipped),
        )

    async def _stage(
        self,
        stack: AsyncExitStack,
        transcript: Transcript,
        gateway: Gateway,
        adapter: Adapter,
        upstreams: ScriptedUpstreams,
        recorder: Recorder,
    ) -> Stage:
        return Stage(
            integrations={
                integration.name: await stack.enter_async_context(
                    installed(integration, adapter, upstreams, recorder, self._options)
                )
                for integration in transcript.integrations
            },
            mcp=await stack.enter_async_context(
                connect(gateway.mcp_url, gateway.api_key, protocol=self._options.protocol)
            ),
            rest=await stack.enter_async_context(agent_rest(gateway.base_url, gateway.api_key)),
            adapter=adapter,
            base_url=gateway.base_url,
            api_key=gateway.api_key,
            call_timeout=self._options.call_timeout,
        )


@asynccontextmanager
async def playing_gateway(options: ReplayOptions, expiry: float | None) -> AsyncIterator[tuple[Gateway, Adapter]]:
    """The gateway to play on, its requests open for ``expiry`` seconds, with a human signed in."""
    if options.gateway is None:
        async with (
            embedded_gateway(poll_budget=options.poll_budget, approval_expiry=expiry) as gateway,
            signed_in(gateway.base_url, gateway.human_email, gateway.human_password) as adapter,
        ):
            yield gateway, adapter
        return
    gateway = options.gateway
    async with connect(gateway.mcp_url, gateway.api_key, protocol=options.protocol):
        pass  # a wrong address or key is said once, not for every transcript
    async with signed_in(gateway.base_url, gateway.human_email, gateway.human_password) as adapter:
        if expiry is not None:
            await adapter.set_expiry(expiry)
        try:
            yield gateway, adapter
        finally:
            if expiry is not None:
                with anyio.CancelScope(shield=True), anyio.move_on_after(CLEAN_UP):
                    await adapter.set_expiry(None)


def compared(transcript: Transcript, verdicts: Sequence[Verdict], unmet: Sequence[str], skipped: Sequence[Rule]) -> Met:
    """How verdict and expectations compare; rules that were deselected are not expected to speak."""
    silent = {rule.id for rule in skipped}
    found = {verdict.rule: verdict for verdict in verdicts if verdict.status in ("fail", "warn")}
    missing = [
        f"Expected {rule} to be found broken, and it was not"
        for rule in sorted(transcript.verdict - set(found) - silent)
    ]
    extra = [
        f"Expected {rule} to be kept, and it was broken: {found[rule].findings[0].message}"
        for rule in sorted(set(found) - transcript.verdict)
    ]
    return Met(rules=tuple(sorted(transcript.verdict)), differences=(*unmet, *missing, *extra))


@asynccontextmanager
async def installed(
    integration: Integration,
    adapter: Adapter,
    upstreams: ScriptedUpstreams,
    recorder: Recorder,
    options: ReplayOptions,
) -> AsyncIterator[str]:
    """The integration's id in the gateway while it is installed there; nothing of it is left behind."""
    key = f"{integration.name}-{options.unique()}"
    url = upstreams.add(key, integration, partial(recorder.upstream, integration.name))
    try:
        integration_id = await adapter.install(key, url, auth_method="oauth" if integration.sign_in else "none")
        try:
            for tool in integration.tools:
                if tool.mode != "require_approval":
                    await adapter.set_mode(integration_id, tool.name, tool.mode)
            yield integration_id
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(CLEAN_UP):
                await adapter.uninstall(integration_id)
    finally:
        upstreams.remove(key)


def problem_of(error: HarnessError) -> Problem:
    return Problem(message=error.message, at=error.at, hint=error.hint, exit_code=error.exit_code)


def harness_error(error: BaseException) -> HarnessError:
    """The harness's own error inside a group that tasks raised; anything else is raised as it is."""
    first: BaseException = error
    while isinstance(first, BaseExceptionGroup):
        known = first.subgroup(HarnessError)
        if known is None:
            raise error
        first = known.exceptions[0]
    if not isinstance(first, HarnessError):
        raise error
    return first
