"""An upstream that answers from its definition: for demonstrations and for measuring the gateway itself."""

from __future__ import annotations

import json
from string import Template
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.upstreams.upstream import Tool, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentport_gateway.domain.integrations import Integration


class Scripted:
    """The tools of a definition; `$name` in an answer becomes that argument."""

    in_process = True

    def __init__(self, integration: Integration) -> None:
        self._declared = {tool.name: tool for tool in integration.tools}
        self._tools = {
            tool.name: Tool(name=tool.name, description=tool.description, input_schema=tool.input_schema)
            for tool in integration.tools
        }

    async def tools(self, *, fresh: bool = False) -> Mapping[str, Tool]:  # noqa: ARG002 - always fresh
        """The tools of the definition."""
        return self._tools

    async def call(self, tool_name: str, arguments: Mapping[str, Any]) -> UpstreamResult:
        """The scripted answer."""
        declared = self._declared.get(tool_name)
        if declared is None:
            raise UpstreamError(f"there is no tool {tool_name!r}", reach="answered")
        shown = {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}
        if isinstance(declared.result, dict):
            structured = {name: _filled(value, shown) for name, value in declared.result.items()}
            return UpstreamResult(
                content=({"type": "text", "text": json.dumps(structured, ensure_ascii=False)},),
                structured=structured,
            )
        return UpstreamResult(content=({"type": "text", "text": str(_filled(declared.result, shown))},))

    async def token_works(self) -> bool:
        """Any credential will do."""
        return True

    async def close(self) -> None:
        """Nothing to let go of."""


def _filled(value: Any, shown: Mapping[str, str]) -> Any:
    return Template(value).safe_substitute(shown) if isinstance(value, str) else value
