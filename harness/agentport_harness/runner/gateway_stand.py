"""From options to a stand: which gateway, whose hands, which second organisation, and the probe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from agentport_harness.bench.by_hand import NAMES, HandInstalled
from agentport_harness.bench.stand import Calls, Stand, Target, Tenant
from agentport_harness.core.errors import InputError, UnreachableError
from agentport_harness.core.transcript import Mode
from agentport_harness.transports.adapter import GatewayAdapter
from agentport_harness.transports.agentport import signed_in
from agentport_harness.transports.command_adapter import CommandAdapter, run_command
from agentport_harness.transports.embedded import Gateway, embedded_process
from agentport_harness.transports.mcp import Protocol, Rung
from agentport_harness.transports.packaged_adapter import packaged
from agentport_harness.transports.probe import Probe, probing
from agentport_harness.transports.second_factor import SecondFactor
from agentport_harness.transports.terminal_adapter import TerminalAdapter

POLL_BUDGET = 20.0
"""Seconds that an await of the embedded gateway holds the line: one that comes back all the time is not parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """How to check. ``gateway`` is None for an embedded one; times in seconds.

    ``adapter`` is ``agentport``, ``command``, ``terminal``, the name of an entry point, or empty for none.
    ``templates`` are the commands of the command adapter by name. ``probe_url`` is where the gateway reaches the probe,
    ``probe_integration`` the integration as which a person installs it.
    """

    gateway: Gateway | None = None
    adapter: str = "agentport"
    templates: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[Mode, Sequence[Target]] = field(default_factory=dict)
    restart_command: str = ""
    stop_command: str = ""
    probe_host: str = "127.0.0.1"
    probe_port: int = 0
    probe_url: str = ""
    probe_integration: str = ""
    protocol: Protocol = "auto"
    rung: Rung = "result"
    calls: Calls = "meta"
    rounds: int = 5
    poll_limit: float = 60.0
    jobs: int = 8


@asynccontextmanager
async def standing(options: GatewayOptions) -> AsyncIterator[Stand]:
    """The stand that the options describe. Raises `HarnessError` when the gateway or a human's sign-in fails."""
    async with AsyncExitStack() as stack:
        commands: dict[str, Callable[[], Awaitable[object]]] = {}
        if options.gateway is not None:
            gateway = options.gateway
        else:
            rungs = () if options.rung == "result" else (options.rung,)
            process, gateway = await stack.enter_async_context(
                embedded_process(poll_budget=POLL_BUDGET, wait_rungs=rungs)
            )
            commands = {"restart": process.restart, "stop": process.stop_and_start}
        for how, command in (("restart", options.restart_command), ("stop", options.stop_command)):
            if command:
                commands[how] = partial(_must_run, command)
        probe = await stack.enter_async_context(probing(options.probe_host, options.probe_port, options.probe_url))
        first, second = await _tenants(gateway, options, stack)
        stand = Stand(
            mcp_url=gateway.mcp_url,
            base_url=gateway.base_url,
            first=first,
            second=second,
            probe=probe,
            by_hand=_by_hand(options, probe),
            protocol=options.protocol,
            rung=options.rung,
            calls=options.calls,
            given=_given(options),
            commands=commands,
            rounds=options.rounds,
            poll_limit=options.poll_limit,
        )
        stand.redactor.hide(
            gateway.api_key, gateway.human_password, gateway.human_totp,
            gateway.second_api_key, gateway.second_human_password, gateway.second_human_totp,
        )  # fmt: skip
        yield stand


async def _tenants(gateway: Gateway, options: GatewayOptions, stack: AsyncExitStack) -> tuple[Tenant, Tenant | None]:
    first = Tenant(api_key=gateway.api_key, adapter=await _adapter(gateway, options, stack))
    if not gateway.second_api_key:
        return first, None
    human = None
    if gateway.second_human_email and options.adapter == "agentport":
        human = await stack.enter_async_context(
            signed_in(
                gateway.base_url,
                gateway.second_human_email,
                gateway.second_human_password,
                _factor(gateway.second_human_totp),
            )
        )
    return first, Tenant(api_key=gateway.second_api_key, adapter=human)


async def _adapter(gateway: Gateway, options: GatewayOptions, stack: AsyncExitStack) -> GatewayAdapter | None:
    match options.adapter:
        case "":
            return None
        case "agentport":
            return await stack.enter_async_context(
                signed_in(gateway.base_url, gateway.human_email, gateway.human_password, _factor(gateway.human_totp))
            )
        case "command":
            # what an adapter cannot do is never asked of it
            return cast("GatewayAdapter", CommandAdapter(options.templates))
        case "terminal":
            return cast("GatewayAdapter", TerminalAdapter(gateway.base_url))
        case name:
            return cast("GatewayAdapter", await stack.enter_async_context(packaged(name, gateway)))


def _given(options: GatewayOptions) -> dict[Mode, Target]:
    """The first tool named for each mode; those of the probe are lent one by one."""
    others = {
        mode: [one for one in named if one.integration_id != options.probe_integration]
        for mode, named in options.tools.items()
    }
    return {mode: named[0] for mode, named in others.items() if named}


def _by_hand(options: GatewayOptions, probe: Probe) -> HandInstalled | None:
    if not options.probe_integration:
        return None
    own = {
        mode: [one.name for one in named if one.integration_id == options.probe_integration]
        for mode, named in options.tools.items()
    }
    if strange := {name for names in own.values() for name in names} - set(NAMES):
        raise InputError(
            "bad-tool",
            f"the probe has tools {NAMES[0]} to {NAMES[-1]}, and no {', '.join(sorted(strange))}",
            at="--tool",
        )
    return HandInstalled(probe, options.probe_integration, own)


def _factor(secret: str) -> SecondFactor | None:
    return SecondFactor(secret, at="the secret of the human's second factor") if secret else None


async def _must_run(command: str) -> None:
    code, printed = await run_command(command, {})
    if code:
        raise UnreachableError("adapter-refused", f"{command!r} failed ({code}): {printed[:300]}")
