"""Calling a tool: policy first, then the arguments, then the upstream or a human."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain import wording
from agentport_gateway.domain.approvals import ApprovalRequest
from agentport_gateway.domain.canonical import InexactArgumentsError, call_digest, canonical_arguments
from agentport_gateway.domain.identity import Agent, Origin
from agentport_gateway.domain.outcomes import Outcome
from agentport_gateway.domain.policy import decide
from agentport_gateway.failpoints import reach
from agentport_gateway.observing import observe
from agentport_gateway.operations.logging_calls import asker, entry_for
from agentport_gateway.store import approvals, audit
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.domain.policy import Verdict
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.audit import Entry
    from agentport_gateway.views import Connected, View

_MOST_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call as it was asked for."""

    caller: Caller
    surface: str
    integration_id: str
    tool_name: str
    arguments: dict[str, Any]
    additional_info: str | None
    origin: Origin = field(default_factory=Origin)


async def call_tool(gateway: Gateway, call: Call) -> Outcome:
    """Run the call, ask a human, or refuse; every way leaves one audit entry."""
    about = {"org_id": call.caller.org_id, "integration_id": call.integration_id, "tool_name": call.tool_name}
    with observe("call_tool", surface=call.surface, **about) as seen:
        outcome = await _decide(gateway, call)
        seen.note(outcome=outcome.name, request_id=outcome.request_id)
    return outcome


async def _decide(gateway: Gateway, call: Call) -> Outcome:
    view = await gateway.views.of(call.caller.org_id)
    connected = view.connected.get(call.integration_id)
    if connected is None:
        known = call.integration_id in view.integrations
        return await _refused(gateway, call, wording.not_installed(call.integration_id, known=known))
    place = (call.integration_id, call.tool_name)
    verdict = decide(arguments=call.arguments, configured=view.modes.get(place), rules=view.rules.get(place, ()))
    if verdict.mode == "deny":
        return await _refused(gateway, call, wording.denied_by_policy(rule_id=verdict.rule_id), verdict)
    if (refusal := await _check(gateway, call, connected)) is not None:
        return await _refused(gateway, call, refusal, verdict)
    if verdict.mode == "allow":
        until = view.released.get(place)
        if until is not None and gateway.clock.now() < until:
            outcome = await _spend(gateway, call, connected)
            if outcome is not None:
                return outcome
        return await _run_allowed(gateway, call, connected, verdict)
    return await _ask(gateway, call, view, connected, verdict)


async def _check(gateway: Gateway, call: Call, connected: Connected) -> Outcome | None:
    """Why the upstream would refuse this call for certain, if it would."""
    try:
        upstream = gateway.upstreams.of(connected)
        tool = (await upstream.tools()).get(call.tool_name)
        if tool is None:
            tool = (await upstream.tools(fresh=True)).get(call.tool_name)
    except UpstreamError as failure:
        return wording.upstream_failed(str(failure))
    if tool is None:
        return wording.no_such_tool(call.integration_id, call.tool_name)
    faults = tool.faults(call.arguments)
    return wording.bad_arguments(faults) if faults else None


async def _run_allowed(gateway: Gateway, call: Call, connected: Connected, verdict: Verdict) -> Outcome:
    upstream = gateway.upstreams.of(connected)
    if upstream.in_process:
        outcome = await _call_upstream(gateway, call, connected)
        await _write_entry(gateway, _entry(gateway, call, verdict=verdict, outcome=outcome))
        return outcome
    # The call goes on when the caller leaves: what reached the upstream must end up in the log.
    return await asyncio.shield(asyncio.create_task(_run_logged(gateway, call, connected, verdict)))


async def _run_logged(gateway: Gateway, call: Call, connected: Connected, verdict: Verdict) -> Outcome:
    entry = _entry(gateway, call, verdict=verdict)
    # The entry is under way to the disk while the request is under way to the upstream.
    written = asyncio.ensure_future(_write_entry(gateway, entry))
    outcome = await _call_upstream(gateway, call, connected)
    await written
    reach("ran_allowed")
    now = gateway.clock.now()
    detail = outcome.message[:500] or None
    await gateway.database.log(
        lambda connection: audit.complete(connection, entry.id, outcome=outcome.name, now=now, detail=detail)
    )
    return outcome


async def _call_upstream(gateway: Gateway, call: Call, connected: Connected) -> Outcome:
    try:
        with observe("call_upstream", integration_id=call.integration_id, tool_name=call.tool_name):
            result = await gateway.upstreams.of(connected).call(call.tool_name, call.arguments)
    except UpstreamError as failure:
        if failure.reach == "unknown":
            return Outcome(
                name="outcome_unknown",
                message=f"The call was cut off in the middle ({failure}): it may or may not have run. "
                "Check the state of things before repeating it.",
            )
        return wording.upstream_failed(str(failure))
    return Outcome(name="executed", result=result)


async def _ask(gateway: Gateway, call: Call, view: View, connected: Connected, verdict: Verdict) -> Outcome:
    try:
        digest = _digest(call, connected)
    except InexactArgumentsError as error:
        return await _refused(gateway, call, wording.bad_arguments([str(error)]), verdict)
    for _ in range(_MOST_TRIES):
        wanted = _wanted(gateway, call, view, connected, verdict, digest)
        try:
            request = await _write_request(gateway, call, wanted, verdict)
        except approvals.TooManyPendingError:
            limit = gateway.settings.max_pending_per_key
            return await _refused(gateway, call, wording.too_many_pending(limit), verdict)
        reach("asked")
        gateway.waits.stir(request.org_id)
        if request.status == "pending":
            gateway.telling.asked(request.org_id)
            return wording.approval_required(request, gateway.approval_url(request.id))
        # An identical call was approved before: this one spends the approval.
        outcome = await asyncio.shield(gateway.runs.join(request))
        if outcome is not None:
            return outcome
    return wording.upstream_failed("many identical calls were made at once; make the call again")


async def _write_request(gateway: Gateway, call: Call, wanted: ApprovalRequest, verdict: Verdict) -> ApprovalRequest:
    def write(connection: Connection) -> ApprovalRequest:
        request, is_new = approvals.ask(connection, wanted, limit=gateway.settings.max_pending_per_key)
        if is_new:
            audit.write(connection, _entry(gateway, call, verdict=verdict, request_id=request.id))
        elif request.status == "pending":
            repeated = Outcome(name="approval_required")
            audit.write(connection, _entry(gateway, call, verdict=verdict, request_id=request.id, outcome=repeated))
        reach("asking")
        return request

    return await gateway.database.write(write)


async def _spend(gateway: Gateway, call: Call, connected: Connected) -> Outcome | None:
    """The outcome of the approved request for exactly this call, when there is one that has not run."""
    digest = _digest(call, connected)
    request = await gateway.database.read(lambda connection: approvals.live_for(connection, digest))
    if request is None or request.status != "approved":
        return None
    outcome = await asyncio.shield(gateway.runs.join(request))
    gateway.views.drop(call.caller.org_id)
    return outcome


def _wanted(
    gateway: Gateway, call: Call, view: View, connected: Connected, verdict: Verdict, digest: str
) -> ApprovalRequest:
    now = gateway.clock.now()
    seconds = view.expiry_minutes * 60.0 if view.expiry_minutes else gateway.settings.approval_expiry_seconds
    return ApprovalRequest(
        id=gateway.ids.uuid(),
        org_id=call.caller.org_id,
        integration_id=call.integration_id,
        tool_name=call.tool_name,
        target=connected.target,
        target_label=connected.label,
        arguments=json.dumps(call.arguments, ensure_ascii=False, separators=(",", ":")),
        digest=digest,
        additional_info=call.additional_info,
        api_key_id=call.caller.key_id if isinstance(call.caller, Agent) else None,
        asked_by=asker(call.caller),
        client=call.origin.client,
        address=call.origin.address,
        rule_id=verdict.rule_id,
        status="pending",
        created_at=now,
        expires_at=now + timedelta(seconds=seconds),
    )


def _digest(call: Call, connected: Connected) -> str:
    return call_digest(
        org_id=call.caller.org_id,
        integration_id=call.integration_id,
        tool_name=call.tool_name,
        target=connected.target,
        canonical=canonical_arguments(call.arguments),
    )


async def _refused(gateway: Gateway, call: Call, outcome: Outcome, verdict: Verdict | None = None) -> Outcome:
    await _write_entry(gateway, _entry(gateway, call, verdict=verdict, outcome=outcome))
    return outcome


async def _write_entry(gateway: Gateway, entry: Entry) -> None:
    await gateway.database.log(lambda connection: audit.write(connection, entry))


def _entry(
    gateway: Gateway,
    call: Call,
    *,
    verdict: Verdict | None = None,
    request_id: str | None = None,
    outcome: Outcome | None = None,
) -> Entry:
    return entry_for(
        entry_id=gateway.ids.uuid(),
        caller=call.caller,
        surface=call.surface,
        integration_id=call.integration_id,
        tool_name=call.tool_name,
        arguments=call.arguments,
        additional_info=call.additional_info,
        now=gateway.clock.now(),
        verdict=verdict,
        request_id=request_id,
        outcome=outcome.name if outcome else None,
        detail=outcome.message[:500] or None if outcome else None,
    )
