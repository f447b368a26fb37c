"""Running approved calls: each at most once, to the end, whoever is still listening."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain import wording
from agentport_gateway.domain.policy import decide
from agentport_gateway.failpoints import reach
from agentport_gateway.observing import observe
from agentport_gateway.store import approvals, audit
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest, EndReason
    from agentport_gateway.domain.outcomes import Outcome, OutcomeName, UpstreamResult
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.store.database import Database
    from agentport_gateway.upstreams.pool import Upstreams
    from agentport_gateway.views import Connected, View, Views
    from agentport_gateway.waits import Waits

_LOGGER = logging.getLogger("agentport_gateway.runs")
LEASE = timedelta(seconds=30)


class Runs:
    """The approved calls that this process is running, by request."""

    def __init__(
        self,
        *,
        runner: str,
        clock: Clock,
        database: Database,
        views: Views,
        waits: Waits,
        upstreams: Upstreams,
    ) -> None:
        self.runner = runner
        self._clock = clock
        self._database = database
        self._views = views
        self._waits = waits
        self._upstreams = upstreams
        self._tasks: dict[str, asyncio.Task[Outcome | None]] = {}
        self._hurried = asyncio.Event()

    def __len__(self) -> int:
        return len(self._tasks)

    def join(self, request: ApprovalRequest) -> asyncio.Task[Outcome | None]:
        """The run of an approved request, started now unless it is under way.

        The task goes on when the caller leaves: wait for it shielded. It returns None when somebody else got
        the approval first, so that the request has to be read again.
        """
        task = self._tasks.get(request.id)
        return task if task is not None else self._start(request.id, self._run(request))

    def _start(self, request_id: str, running: Coroutine[Any, Any, Outcome | None]) -> asyncio.Task[Outcome | None]:
        task = self._tasks[request_id] = asyncio.create_task(running, name=f"run {request_id}")
        task.add_done_callback(lambda done: self._ended(request_id, done))
        return task

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._tasks

    def claim(
        self, connection: Connection, request: ApprovalRequest, view: View, now: datetime
    ) -> ApprovalRequest | None:
        """The request as consumed by this process, in the transaction that approves it; None where it may not run."""
        if _forbids(request, view) is not None:
            return None
        return self._take(connection, request, now)

    def begin(self, claimed: ApprovalRequest, view: View) -> None:
        """Run a claimed request; whoever waits for it joins."""
        reach("consumed")
        connected = view.connected[claimed.integration_id]
        self._start(claimed.id, self._call(claimed, connected, json.loads(claimed.arguments)))

    async def renew_leases(self) -> None:
        """Show the other processes that the runs of this one are alive."""
        if self._tasks:
            until = self._clock.now() + LEASE
            await self._database.write(
                lambda connection: approvals.renew_leases(connection, runner=self.runner, lease_until=until),
                durable=False,
            )

    async def drain(self, seconds: float) -> None:
        """Let the runs under way end, for so long, or until `hurry`."""
        hurried = asyncio.create_task(self._hurried.wait())
        ended = asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.wait((ended, hurried), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()

    def hurry(self) -> None:
        """Wait for no run any more: what is cut off is told as unknown."""
        self._hurried.set()

    def _ended(self, request_id: str, task: asyncio.Task[Outcome | None]) -> None:
        self._tasks.pop(request_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("the run of request %s failed", request_id, exc_info=error)
        self._waits.wake(request_id)

    async def _run(self, request: ApprovalRequest) -> Outcome | None:
        view = await self._views.of(request.org_id)
        reason = _forbids(request, view)
        if reason is not None:
            return await self._end(request, reason)
        now = self._clock.now()
        consumed = await self._database.write(lambda connection: self._take(connection, request, now))
        if consumed is None:
            return None
        reach("consumed")
        if (request.integration_id, request.tool_name) in view.released:
            # Or every later call of the tool would look for the approval that is spent now.
            self._views.drop(request.org_id)
        self._waits.tell(consumed)
        return await self._call(consumed, view.connected[request.integration_id], json.loads(request.arguments))

    def _take(self, connection: Connection, request: ApprovalRequest, now: datetime) -> ApprovalRequest | None:
        consumed = approvals.consume(
            connection,
            org_id=request.org_id,
            request_id=request.id,
            target=request.target,
            runner=self.runner,
            lease_until=now + LEASE,
            now=now,
        )
        reach("consuming")
        return consumed

    async def _call(self, request: ApprovalRequest, connected: Connected, arguments: dict[str, Any]) -> Outcome | None:
        about = {"integration_id": request.integration_id, "tool_name": request.tool_name}
        try:
            with observe("call_upstream", request_id=request.id, **about):
                result = await self._upstreams.of(connected).call(request.tool_name, arguments)
        except UpstreamError as failure:
            return await self._failed(request, failure)
        except Exception as error:
            _LOGGER.exception("the call of request %s broke", request.id)
            await self._failed(request, UpstreamError("the call broke", reach="unknown"))
            raise error
        return await self._succeeded(request, result)

    async def _succeeded(self, request: ApprovalRequest, result: UpstreamResult) -> Outcome:
        await self._finish(request, outcome="executed", result=result.to_json())
        return wording.executed(request, result)

    async def _failed(self, request: ApprovalRequest, failure: UpstreamError) -> Outcome:
        reason = str(failure)
        if failure.reach == "never":
            back = await self._database.write(lambda connection: self._give_back(connection, request.id))
            reach("given_back")
            if back is not None:
                if self._views.may_allow(back):
                    self._views.drop(back.org_id)
                self._waits.tell(back)
            return wording.upstream_failed(reason, request=request, kept=back is not None)
        if failure.reach == "unknown":
            await self._finish(request, outcome="outcome_unknown", detail=reason)
            return wording.outcome_unknown(request)
        await self._finish(request, outcome="upstream_failed", result={"failure": reason}, detail=reason)
        return wording.upstream_failed(reason, request=request)

    def _give_back(self, connection: Connection, request_id: str) -> ApprovalRequest | None:
        back = approvals.give_back(connection, request_id=request_id, runner=self.runner)
        reach("giving_back")
        return back

    async def _finish(
        self,
        request: ApprovalRequest,
        *,
        outcome: OutcomeName,
        result: dict[str, Any] | None = None,
        detail: str | None = None,
    ) -> None:
        now = self._clock.now()

        def write(connection: Connection) -> ApprovalRequest | None:
            finished = approvals.finish(
                connection,
                request_id=request.id,
                runner=self.runner,
                execution="unknown" if result is None else "done",
                result=result,
                now=now,
            )
            audit.complete_requests(connection, [request.id], outcome=outcome, now=now, detail=detail)
            reach("finishing")
            return finished

        reach("called")
        finished = await self._database.write(write, durable=False)
        reach("finished")
        if finished is not None:
            self._waits.tell(finished)

    async def _end(self, request: ApprovalRequest, reason: EndReason) -> Outcome | None:
        now = self._clock.now()
        outcome = "denied_by_policy" if reason == "policy_denied" else "expired"

        def write(connection: Connection) -> list[ApprovalRequest]:
            ended = approvals.end_live(connection, org_id=request.org_id, request_id=request.id, reason=reason, now=now)
            audit.complete_requests(connection, [one.id for one in ended], outcome=outcome, now=now, detail=reason)
            return ended

        ended = await self._database.write(write)
        for one in ended:
            self._waits.tell(one)
        return wording.ended(ended[0], now) if ended else None


def _forbids(request: ApprovalRequest, view: View) -> EndReason | None:
    """Why an approved call may not run any more: its target moved, or the policy in force denies it."""
    connected = view.connected.get(request.integration_id)
    if connected is None or connected.target != request.target:
        return "target_changed"
    place = (request.integration_id, request.tool_name)
    arguments = json.loads(request.arguments)
    verdict = decide(arguments=arguments, configured=view.modes.get(place), rules=view.rules.get(place, ()))
    return "policy_denied" if verdict.mode == "deny" else None
