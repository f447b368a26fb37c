"""What a meta tool is: a name, its arguments as a model, what clients are told about it, and what it does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mcp_types as types
from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agentport_gateway.domain.identity import Agent, Origin
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.settings import Settings

PREFIX = "agentport__"


class Arguments(BaseModel):
    """Arguments of a meta tool: nothing undeclared, and no value taken for another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoArguments(Arguments):
    """No arguments at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a meta tool: by whom, from where, over which request, and how to report progress if asked to."""

    gateway: Gateway
    agent: Agent
    origin: Origin
    scope: Mapping[str, Any]
    report_progress: Callable[[float, float, str], Awaitable[None]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaTool:
    """One of the tools agents see. `reads` ones change nothing; `open_world` ones reach other services."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Invocation, Any], Awaitable[dict[str, Any]]]
    reads: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False
    output_schema: dict[str, Any] | None = None
    states: Callable[[Settings], dict[str, Any]] | None = None
    """What the gateway's settings mean for this tool: its `_meta`."""

    def listed(self, settings: Settings) -> types.Tool:
        """The tool as `tools/list` shows it."""
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        schema.pop("title", None)
        for one in schema.get("properties", {}).values():
            one.pop("title", None)
        schema.setdefault("properties", {})
        return types.Tool(
            name=PREFIX + self.name,
            title=self.title,
            description=self.description,
            input_schema=schema,
            output_schema=self.output_schema,
            annotations=types.ToolAnnotations(
                title=self.title,
                read_only_hint=self.reads,
                destructive_hint=self.destructive,
                idempotent_hint=self.reads or self.idempotent,
                open_world_hint=self.open_world,
            ),
            _meta=self.states(settings) if self.states else None,
        )

    async def __call__(self, invocation: Invocation, given: dict[str, Any]) -> dict[str, Any]:
        """The wire form of the result; arguments that do not fit are a result too, one that says why."""
        try:
            arguments = self.arguments.model_validate(given)
        except ValidationError as error:
            return refusal(PREFIX + self.name, error)
        return await self.run(invocation, arguments)


def refusal(tool: str, error: ValidationError) -> dict[str, Any]:
    """The result for arguments that a meta tool does not take."""
    faults = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'arguments'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ][:10]
    message = f"{tool} was not run, because its arguments do not fit:\n- " + "\n- ".join(faults)
    return structured({"outcome": "invalid_arguments", "message": message, "faults": faults}, text=message, error=True)


def structured(value: dict[str, Any], *, text: str | None = None, error: bool = False) -> dict[str, Any]:
    """A result with structured content, and the same as text for clients that show only that."""
    shown = json.dumps(value, ensure_ascii=False) if text is None else text
    return {"content": [{"type": "text", "text": shown}], "structuredContent": value, "isError": error}


def failure(outcome: str, message: str, **details: Any) -> dict[str, Any]:
    """A refusal with an outcome's name."""
    return structured({"outcome": outcome, "message": message, **details}, text=message, error=True)
