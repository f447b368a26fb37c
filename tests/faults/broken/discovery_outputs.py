"""What `discovery_outputs` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain.integrations import Integration
from agentport_gateway.surfaces.mcp.meta_tool import MetaTool
from agentport_gateway.surfaces.mcp.tools import describe_tool
from tests.faults.fault import breaks


@breaks("GW202")
def no_docs_url(patch: pytest.MonkeyPatch) -> None:
    """Integrations are listed without where to read about them."""
    whole = Integration.as_listed
    patch.setattr(
        Integration,
        "as_listed",
        lambda one: {name: value for name, value in whole(one).items() if name != "docs_url"},
    )


@breaks("GW202")
def a_mode_of_its_own(patch: pytest.MonkeyPatch) -> None:
    """What nobody configured is described as `ask`."""
    whole = describe_tool.structured

    def broken(value: dict[str, Any], **named: Any) -> dict[str, Any]:
        if value["approval"]["source"] == "default":
            value = {**value, "approval": {**value["approval"], "mode": "ask"}}
        return whole(value, **named)

    patch.setattr(describe_tool, "structured", broken)


@breaks("GW202")
def a_schema_that_nothing_keeps(patch: pytest.MonkeyPatch) -> None:
    """What is published promises more than what is answered."""
    whole = MetaTool.listed

    def broken(tool: Any, *of: Any) -> Any:
        listed = whole(tool, *of)
        if tool.name != "list_installed_integrations":
            return listed
        return listed.model_copy(update={"output_schema": {"type": "object", "required": ["cursor"]}})

    patch.setattr(MetaTool, "listed", broken)
