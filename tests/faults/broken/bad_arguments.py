"""What `bad_arguments` has to see."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from agentport_gateway.surfaces.mcp import meta_tool
from agentport_gateway.surfaces.mcp.meta_tool import MetaTool
from tests.faults.fault import breaks


@breaks("GW203")
def unknown_arguments_are_ignored(patch: pytest.MonkeyPatch) -> None:
    """A misspelt argument is as good as none."""
    whole = MetaTool.__call__

    async def broken(tool: Any, invocation: Any, given: dict[str, Any]) -> Any:
        known = tool.arguments.model_fields
        return await whole(tool, invocation, {name: value for name, value in given.items() if name in known})

    patch.setattr(MetaTool, "__call__", broken)


@breaks("GW203")
def wrong_arguments_are_a_fault_of_the_gateway(patch: pytest.MonkeyPatch) -> None:
    """Whoever mistypes an argument hears that something broke."""

    def broken(_tool: str, error: Exception) -> Any:
        raise RuntimeError("unexpected") from error

    patch.setattr(meta_tool, "refusal", broken)


@breaks("GW203")
def a_trace_for_the_agent(patch: pytest.MonkeyPatch) -> None:
    """The error is the whole stack."""

    def broken(_tool: str, error: Exception) -> Any:
        return meta_tool.failure("invalid_arguments", "".join(traceback.format_exception(error)))

    patch.setattr(meta_tool, "refusal", broken)
