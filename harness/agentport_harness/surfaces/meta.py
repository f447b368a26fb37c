"""The meta tools (``agentport__…``): what each call means."""

from __future__ import annotations

from collections.abc import Mapping

from agentport_harness.core.calls import (
    AuthStatus,
    Await,
    CallTool,
    Discover,
    Install,
    Meaning,
    UnknownGatewayTool,
)
from agentport_harness.core.json_values import JSON, as_object, as_text

INFO = "additional_info"


def read_meta(short: str, arguments: JSON) -> Meaning:
    """The meaning of a meta tool's call; ``short`` is its name without the prefix."""
    given = as_object(arguments)
    integration = as_text(given.get("integration_id"))
    match short:
        case "call_tool":
            inner = given.get("arguments")
            return CallTool(
                surface="meta",
                integration=integration,
                tool=as_text(given.get("tool_name")),
                arguments=inner if inner is not None else {},
                info=_text_of(given, INFO),
                info_inside=_text_of(as_object(inner), INFO),
            )
        case "await_approval":
            return Await(surface="meta", request_id=as_text(given.get("request_id")))
        case "list_available_integrations":
            return Discover(surface="meta", kind="available", query=as_text(given.get("query")))
        case "get_integration":
            return Discover(surface="meta", kind="integration", integration=integration)
        case "list_installed_integrations":
            return Discover(surface="meta", kind="installed")
        case "list_integration_tools":
            return Discover(surface="meta", kind="tools", integration=integration, query=as_text(given.get("query")))
        case "describe_tool":
            return Discover(
                surface="meta", kind="describe", integration=integration, tool=as_text(given.get("tool_name"))
            )
        case "install_integration":
            return Install(
                surface="meta",
                kind="install",
                integration=integration,
                auth_method=as_text(given.get("auth_method")),
                token=as_text(given.get("token")),
            )
        case "uninstall_integration":
            return Install(surface="meta", kind="uninstall", integration=integration)
        case "start_oauth_flow":
            return Install(surface="meta", kind="start_oauth", integration=integration)
        case "get_auth_status":
            return AuthStatus(surface="meta", integration=integration)
        case _:
            return UnknownGatewayTool(surface="meta", name=short)


def read_direct(integration: str, tool: str, arguments: JSON) -> CallTool:
    """The meaning of a direct tool's call: `additional_info` is a property of its arguments."""
    given = as_object(arguments)
    return CallTool(
        surface="direct",
        integration=integration,
        tool=tool,
        arguments={name: value for name, value in given.items() if name != INFO}
        if isinstance(arguments, Mapping)
        else arguments,
        info=_text_of(given, INFO),
    )


def _text_of(given: Mapping[str, JSON], name: str) -> str | None:
    """The text under ``name``: None when it is absent or null, and empty when it is not a text."""
    value = given.get(name)
    return None if value is None else as_text(value)
