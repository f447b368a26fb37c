"""Awaiting an approval: park, wake on the decision, run what was approved, and answer within the budget."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agentport_gateway.domain import wording
from agentport_gateway.domain.approvals import next_step
from agentport_gateway.observing import observe
from agentport_gateway.operations.looking import SECOND_LOOK, look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.domain.outcomes import Outcome
    from agentport_gateway.gateway import Gateway


async def await_approval(
    gateway: Gateway,
    caller: Caller,
    request_id: str,
    *,
    timeout_seconds: float | None = None,
    on_progress: Callable[[float, float, str], Awaitable[None]] | None = None,
) -> Outcome:
    """What became of the request, or `still_pending` when the budget ran out first.

    Progress is reported as (seconds waited, budget, words) at the configured interval. While parked, nothing
    is held but a place in this process's list of waiters.
    """
    with observe("await_approval", org_id=caller.org_id, request_id=request_id) as seen:
        outcome = await _await(gateway, caller, request_id, timeout_seconds, on_progress)
        seen.note(outcome=outcome.name, integration_id=outcome.integration_id, tool_name=outcome.tool_name)
    return outcome


async def _await(
    gateway: Gateway,
    caller: Caller,
    request_id: str,
    timeout_seconds: float | None,
    on_progress: Callable[[float, float, str], Awaitable[None]] | None,
) -> Outcome:
    budget = gateway.settings.poll_budget_seconds
    if timeout_seconds is not None:
        budget = min(budget, max(timeout_seconds, 0.0))
    began = gateway.clock.now()
    beaten, request = False, None
    with gateway.waits.listening(request_id, runs=True) as listener:
        while True:
            request, blind = await look(gateway, caller, request_id, request)
            if request is None:
                return wording.not_found(request_id)
            now = gateway.clock.now()
            left = budget - (now - began).total_seconds()
            step = next_step(request, now)
            if step == "ended" and not blind:
                return wording.ended(request, now)
            begun = step == "wait_for_result" and request_id in gateway.runs
            if not blind and (step == "run" or begun) and not beaten and not gateway.waits.closing:
                outcome, decided = await _join(gateway, request, left)
                if outcome is not None:
                    return outcome
                if decided:
                    # Another process has the approval: read again; if that does not show it, wait for news.
                    beaten = True
                    gateway.waits.forget(request_id)
                    gateway.views.drop(request.org_id)
                    continue
            if left <= 0 or gateway.waits.closing:
                running = step != "wait_for_decision"
                return wording.still_pending(request, gateway.approval_url(request.id), running=running)
            ends = request.expires_at if step == "wait_for_decision" else request.lease_until or request.expires_at
            rest = min(left, max((ends - now).total_seconds(), 0.001))
            if beaten:
                rest, beaten = min(rest, SECOND_LOOK), False
                gateway.waits.forget(request_id)
            if blind:
                rest = min(left, SECOND_LOOK)
            if on_progress is not None:
                await on_progress(budget - left, budget, "waiting for a human's decision")
                rest = min(rest, gateway.settings.progress_interval_seconds)
            await listener.wait(rest)


async def _join(gateway: Gateway, request: ApprovalRequest, left: float) -> tuple[Outcome | None, bool]:
    """The outcome of the run, and whether the run ended within the time that is left."""
    run = gateway.runs.join(request)
    await asyncio.wait((run,), timeout=max(left, 0.0))
    return (run.result(), True) if run.done() else (None, False)
