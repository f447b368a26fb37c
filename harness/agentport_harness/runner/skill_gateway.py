"""Asks an embedded gateway what it offers, and tries the examples of a bundle on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

from agentport_harness.core.errors import HarnessError, UnreachableError
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.transcript import Integration, ScriptedTool
from agentport_harness.runner.replay import harness_error
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.examples import ApExample, ToolExample, examples
from agentport_harness.skill_bundle.live import Live, LiveTool, Trial
from agentport_harness.surfaces.ap_flags import read_ap_use
from agentport_harness.surfaces.names import PREFIX
from agentport_harness.transports.adapter import Adapter
from agentport_harness.transports.agentport import signed_in
from agentport_harness.transports.embedded import embedded_gateway
from agentport_harness.transports.mcp import Answer, McpSession, connect
from agentport_harness.transports.upstream import scripted_upstreams

CALL_TIMEOUT = 30.0
"""Seconds that one example may take."""
CALL, AWAIT = f"{PREFIX}call_tool", f"{PREFIX}await_approval"
INSTALL, UNINSTALL = f"{PREFIX}install_integration", f"{PREFIX}uninstall_integration"
_SIGN_IN = (INSTALL, f"{PREFIX}start_oauth_flow")
_GONE_WELL = frozenset({"executed", "approval_required"})
_ALWAYS_THERE = {
    "integration_id": "demo",
    "tool_name": "refund",
    "arguments": {},
    "additional_info": "A call to wait for, where an example awaits one that it does not show.",
}


async def look_at_gateway(bundle: Bundle) -> Live:
    """What the embedded gateway offers, and what becomes of the bundle's examples there. Raises `HarnessError`."""
    try:
        async with AsyncExitStack() as stack:
            upstreams = await stack.enter_async_context(scripted_upstreams())
            gateway = await stack.enter_async_context(embedded_gateway(poll_budget=5.0))
            adapter = await stack.enter_async_context(
                signed_in(gateway.base_url, gateway.human_email, gateway.human_password)
            )
            session = await stack.enter_async_context(connect(gateway.mcp_url, gateway.api_key))
            tools = {
                tool.name: LiveTool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.input_schema,
                    output_schema=tool.output_schema,
                )
                for tool in await session.listed()
            }
            stage = _Stage(session, adapter)
            for integration in _scripted(bundle):
                url = upstreams.add(integration.name, integration, lambda _tool, _arguments: None)
                await stage.add(integration.name, url)
            trials = tuple([trial for example in examples(bundle) async for trial in stage.tried(example, tools)])
            schemas = [schema for tool in tools.values() for schema in (tool.input_schema, tool.output_schema)]
            words = frozenset(word for schema in schemas for word in _words(schema)) | stage.words
            return Live(tools=tools, instructions=session.instructions, trials=trials, words=words)
    except (HarnessError, BaseExceptionGroup) as error:
        raise harness_error(error) from None


class _Stage:
    """A gateway in the state that examples presuppose: their integrations installed, the last request pending."""

    def __init__(self, session: McpSession, adapter: Adapter) -> None:
        self._session, self._adapter = session, adapter
        self._pending = ""
        self._ids: dict[str, str] = {}
        self.words: frozenset[str] = frozenset()

    async def add(self, name: str, url: str) -> None:
        """Offer and install a scripted integration under a name of its own; calls of ``name`` go to it."""
        with suppress(UnreachableError):  # a name that the gateway refuses: the examples that use it will tell
            self._ids[name] = await self._adapter.install(f"example {name}", url)

    async def tried(self, example: ToolExample | ApExample, tools: Mapping[str, LiveTool]) -> AsyncIterator[Trial]:
        """What became of an example; nothing of one that other checks find fault with."""
        if example.fault:
            return
        if isinstance(example, ApExample):
            told = list(_calls(example.words))
        else:
            told = [(example.tool, dict(as_object(example.arguments)))]
        for tool, arguments in told:
            if tool in tools:
                refusal = await self._carried_out(tool, arguments)
                yield Trial(path=example.shown, line=example.line, call=tool, refusal=refusal)

    async def _carried_out(self, tool: str, arguments: dict[str, JSON]) -> str:
        """An empty text, or how the gateway refused."""
        named = as_text(arguments.get("integration_id"))
        integration: dict[str, JSON] = {"integration_id": self._ids[named]} if named in self._ids else {}
        arguments |= integration
        if tool == INSTALL and integration:
            await self._call(UNINSTALL, integration)
        if tool == AWAIT:
            arguments["request_id"] = await self._decided()
        answer = await self._call(tool, arguments)
        if tool in (INSTALL, UNINSTALL) and integration:
            await self._call(INSTALL, {**integration, "auth_method": "none"})
        structured = as_object(answer.structured)
        outcome = as_text(structured.get("outcome"))
        if outcome == "approval_required":
            self._pending = as_text(structured.get("request_id"))
        if tool in _SIGN_IN and answer.is_error and "oauth" in answer.text.casefold():
            return ""  # understood: the scripted integration offers no browser sign-in
        return answer.text if answer.is_error or (outcome and outcome not in _GONE_WELL) else ""

    async def _decided(self) -> str:
        """The request that an example waits for, approved."""
        if not self._pending:
            answer = await self._call(CALL, _ALWAYS_THERE)
            self._pending = as_text(as_object(answer.structured).get("request_id"))
        request_id, self._pending = self._pending, ""
        await self._adapter.decide(request_id, "approves")
        return request_id

    async def _call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        answer = await self._session.call(tool, arguments, timeout=CALL_TIMEOUT)
        self.words |= frozenset(as_object(answer.structured))
        return answer


def _calls(words: tuple[str, ...]) -> Iterator[tuple[str, dict[str, JSON]]]:
    """The calls of meta tools that mean the same as an ``ap`` command; none for one about the command itself."""
    use = read_ap_use(words)
    named: dict[str, JSON] = {"integration_id": use.options.get("--integration", "")}
    if len(words) > 2 and use.command[:1] == ("integrations",):
        named = {"integration_id": words[2]}
    match use.command:
        case ("tools", "call"):
            arguments = parsed(use.options.get("--args", "{}"))
            info = use.options.get("--info", "")
            yield (
                CALL,
                {**named, "tool_name": use.options.get("--tool", ""), "arguments": arguments, "additional_info": info},
            )
            if "--wait" in use.options:
                yield AWAIT, {}
        case ("tools", "await-approval"):
            yield AWAIT, {}
        case ("tools", "list"):
            yield f"{PREFIX}list_integration_tools", named
        case ("tools", "describe"):
            yield f"{PREFIX}describe_tool", {**named, "tool_name": use.options.get("--tool", "")}
        case ("integrations", "list"):
            kind = "available" if "--available" in use.options else "installed"
            yield f"{PREFIX}list_{kind}_integrations", {}
        case ("integrations", "add"):
            token: dict[str, JSON] = {"token": use.options["--token"]} if "--token" in use.options else {}
            yield INSTALL, {**named, "auth_method": use.options.get("--auth", ""), **token}
        case ("integrations", "remove"):
            yield UNINSTALL, named


def _scripted(bundle: Bundle) -> Iterator[Integration]:
    """The integrations that the examples name, each with the tools that they name for it."""
    found: dict[str, dict[str, None]] = {}
    for example in examples(bundle):
        if example.fault:
            continue
        if isinstance(example, ToolExample):
            told = [as_object(example.arguments)]
        else:
            told = [arguments for _, arguments in _calls(example.words)]
        for arguments in told:
            integration, tool = as_text(arguments.get("integration_id")), as_text(arguments.get("tool_name"))
            if integration:
                tools = found.setdefault(integration, {})
                if tool:
                    tools[tool] = None
    for name, tools in found.items():
        yield Integration(
            name=name, tools=tuple(ScriptedTool(name=tool, description=f"{name} {tool}") for tool in tools)
        )


def _words(schema: JSON) -> Iterator[str]:
    """The names and fixed values that a schema declares, at any depth."""
    waiting: list[JSON] = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            properties = one.get("properties")
            yield from properties if isinstance(properties, Mapping) else ()
            values = one.get("enum")
            yield from (value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
