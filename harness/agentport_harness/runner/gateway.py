"""Checks a gateway: those that wait long first, the rest beside their waits, and those that stop it last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import anyio

from agentport_harness.bench.check import GatewayCheck, Need
from agentport_harness.bench.judging import Checked, plain, run_check
from agentport_harness.bench.stand import EXPIRY, Stand
from agentport_harness.bench.undoing import to_the_end
from agentport_harness.core.errors import HarnessError, UnreachableError
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.trace import Event, Trace
from agentport_harness.core.verdict import Finding, Verdict
from agentport_harness.runner.catalogue import rule_texts
from agentport_harness.runner.gateway_probe import with_probe
from agentport_harness.runner.gateway_stand import GatewayOptions, standing
from agentport_harness.runner.replay import harness_error
from agentport_harness.transports.adapter import GatewayAdapter
from agentport_harness.transports.mcp import connect

INPUT_FORMAT = "gateway"
CLEAN_UP = 5.0
"""Seconds that setting the expiry back may take."""
Progress = Callable[[GatewayCheck], None]
_GIVEN_BY: Mapping[Need, str] = {
    "second": "--second-api-key",
    "second_human": "--second-human-email",
    "restart": "--restart-cmd",
    "stop": "--stop-cmd",
    "allowed": "--tool",
    "gated": "--tool",
    "denied": "--tool",
}
_Running: TypeAlias = Callable[[GatewayCheck, Callable[[], None]], Awaitable[None]]


def check_gateway(
    checks: Sequence[GatewayCheck],
    options: GatewayOptions,
    *,
    skipped: Sequence[GatewayCheck] = (),
    progress: Progress = lambda _check: None,
    tell: Callable[[str], None] = lambda _words: None,
) -> Run:
    """What the checks say of a gateway. ``tell`` speaks to the person who runs them.

    Raises `UnreachableError` when there is none to check.
    """

    async def run() -> Run:
        async with standing(options) as stand:
            return await check_stand(checks, stand, skipped=skipped, jobs=options.jobs, progress=progress, tell=tell)

    try:
        return anyio.run(run)
    except (HarnessError, BaseExceptionGroup) as error:
        raise harness_error(error) from None


async def check_stand(
    checks: Sequence[GatewayCheck],
    stand: Stand,
    *,
    skipped: Sequence[GatewayCheck] = (),
    jobs: int = 8,
    progress: Progress = lambda _check: None,
    tell: Callable[[str], None] = lambda _words: None,
) -> Run:
    """The same for a gateway that stands already."""
    stand, spoken = await _greeted(stand)
    stand = await with_probe(stand, tell)
    checked = {check.id: Checked(verdict=plain(check, "skipped", "deselected")) for check in skipped}
    # where each decision waits for a code of its own, checks side by side would wait for each other's
    stage = _Stage(stand, checked, anyio.Semaphore(1 if stand.pace else jobs), progress)
    alone = [check for check in checks if check.isolation == "alone"]
    async with anyio.create_task_group() as tasks:
        await stage.expiring([check for check in checks if check.isolation == "expiry"], tasks)
        await stage.beside([check for check in checks if check.isolation == "beside"], tasks)
        for check in alone:
            if not _ends_the_gateway(check):
                await stage.one(check)
    for check in alone:
        if _ends_the_gateway(check):
            await stage.one(check)
    return Run(
        kind="gateway",
        name=stand.mcp_url,
        sessions=(_report(stand, checked, stage.left),),
        texts=rule_texts(),
        facts={
            "protocol": spoken,
            "rounds": str(stand.rounds),
            **{name: value for _, one in sorted(checked.items()) for name, value in one.facts.items()},
            **_wanting(checks, stand),
        },
    )


async def _greeted(stand: Stand) -> tuple[Stand, str]:
    """The stand as the gateway takes its key, and the revision agreed on.

    A wrong address or key is said once, not by every check.
    """
    key = stand.first.api_key
    try:
        headers = stand.credential
        async with connect(stand.mcp_url, key, protocol=stand.protocol, headers=headers) as session:
            return stand, session.protocol_version
    except UnreachableError as error:
        if error.slug != "refused" or stand.as_bearer or not key:
            raise
        refused = error
    try:
        return await _greeted(replace(stand, as_bearer=True))
    except UnreachableError:
        raise refused from None


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where the checks of one run are, and what came of them so far."""

    stand: Stand
    checked: dict[str, Checked]
    room: anyio.Semaphore
    progress: Progress
    left: list[str] = field(default_factory=list)
    """What could not be set back, beside what each check says."""

    async def one(self, check: GatewayCheck, resting: Callable[[], None] = lambda: None) -> None:
        async with self.room:
            self.checked[check.id] = await run_check(check, self.stand, resting=resting)
        self.progress(check)

    async def beside(self, checks: Sequence[GatewayCheck], tasks: anyio.abc.TaskGroup) -> None:
        """Return when every check has ended, or only waits for what takes its time. The longest begin first."""
        longest = sorted(checks, key=lambda check: -check.timeout)
        await self._at_rest(longest, self.one, tasks)

    async def expiring(self, checks: Sequence[GatewayCheck], tasks: anyio.abc.TaskGroup) -> None:
        """Return when every check has made its requests and only waits; new requests stay open as long as ever then."""
        adapter = self.stand.first.adapter
        if not checks or adapter is None or self.stand.lacks("expiry"):
            for check in checks:
                await self.one(check)
            return
        try:
            await adapter.set_expiry(EXPIRY)
            await self._at_rest(checks, self._without_room, tasks)
        except HarnessError as error:
            reason = self.stand.redactor.text(f"how long requests stay open could not be set: {error.message}")
            for check in checks:
                self.checked[check.id] = Checked(verdict=plain(check, "not_testable", reason))
        finally:
            await self._expiry_as_before(adapter)

    async def _expiry_as_before(self, adapter: GatewayAdapter) -> None:
        try:
            if not await to_the_end(lambda: adapter.set_expiry(None), CLEAN_UP):
                self.left.append("how long requests stay open: no answer in time")
        except HarnessError as error:
            self.left.append(f"how long requests stay open: {self.stand.redactor.text(error.message)}")

    async def _without_room(self, check: GatewayCheck, resting: Callable[[], None]) -> None:
        """They wait more than they work: they take no room from the others."""
        self.checked[check.id] = await run_check(check, self.stand, resting=resting)
        self.progress(check)

    async def _at_rest(self, checks: Sequence[GatewayCheck], run: _Running, tasks: anyio.abc.TaskGroup) -> None:
        resting = [anyio.Event() for _ in checks]

        async def one(check: GatewayCheck, event: anyio.Event) -> None:
            await run(check, event.set)
            event.set()

        for check, event in zip(checks, resting, strict=True):
            tasks.start_soon(one, check, event)
        for event in resting:
            await event.wait()


def _ends_the_gateway(check: GatewayCheck) -> bool:
    """Whether it stops the gateway: then even those that only wait have to be through."""
    return bool({"restart", "stop"} & set(check.needs))


def _wanting(checks: Sequence[GatewayCheck], stand: Stand) -> dict[str, str]:
    """What to give for more checks to run, by the number of those that wait for it."""
    lacking = [{_given_by(need, stand) for need in check.needs if stand.lacks(need)} for check in checks]
    counted = Counter(option for options in lacking for option in options)
    if not counted:
        return {}
    told = ", ".join(f"{option} ({number})" for option, number in counted.most_common())
    return {"more checks with": told}


def _given_by(need: Need, stand: Stand) -> str:
    """The option that meets a need that is not met."""
    if need == "probe" and stand.no_probe:
        return "--probe-url"
    return "--human-totp-file" if "second factor" in stand.lacks(need) else _GIVEN_BY.get(need, "--adapter")


def _report(stand: Stand, checked: dict[str, Checked], also_left: Sequence[str]) -> SessionReport:
    """One session with all verdicts, and one trace: a turn for each check."""
    events: list[Event] = []
    verdicts: list[Verdict] = []
    turn = 0
    for _, one in sorted(checked.items()):
        turn += bool(one.events)
        verdicts.append(replace(one.verdict, findings=_moved(one.verdict.findings, turn, len(events))))
        events += one.events
    left = [*(what for one in checked.values() for what in one.left_behind), *also_left]
    return SessionReport(
        source=stand.mcp_url,
        input_format=INPUT_FORMAT,
        verdicts=tuple(verdicts),
        warnings=tuple(f"left behind: {what}" for what in left),
        trace=Trace(events=tuple(events), source=stand.mcp_url, input_format=INPUT_FORMAT),
        seconds=sum(one.seconds for one in checked.values()),
    )


def _moved(findings: tuple[Finding, ...], turn: int, by: int) -> tuple[Finding, ...]:
    return tuple(replace(finding, turn=turn, event=finding.event + by) for finding in findings)
