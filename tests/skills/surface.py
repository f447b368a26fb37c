"""The documented surface that examples in the skills are written against."""

from __future__ import annotations

from typing import Any

_ID = {"type": "string", "pattern": r"^[a-z][a-z0-9_-]*$"}
_TEXT = {"type": "string", "minLength": 1}


def _arguments(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


META_TOOLS: dict[str, dict[str, Any]] = {
    "agentport__list_available_integrations": _arguments(
        {}, {"type": {"enum": ["remote_mcp", "custom"]}, "query": _TEXT}
    ),
    "agentport__get_integration": _arguments({"integration_id": _ID}),
    "agentport__list_installed_integrations": _arguments({}),
    "agentport__install_integration": _arguments(
        {"integration_id": _ID, "auth_method": {"enum": ["token", "oauth"]}}, {"token": _TEXT}
    ),
    "agentport__uninstall_integration": _arguments({"integration_id": _ID}),
    "agentport__get_auth_status": _arguments({"integration_id": _ID}),
    "agentport__start_oauth_flow": _arguments({"integration_id": _ID}),
    "agentport__list_integration_tools": _arguments({}, {"integration_id": _ID, "query": _TEXT}),
    "agentport__describe_tool": _arguments({"integration_id": _ID, "tool_name": _TEXT}),
    "agentport__call_tool": _arguments(
        {"integration_id": _ID, "tool_name": _TEXT, "arguments": {"type": "object"}},
        {"additional_info": _TEXT},
    ),
    "agentport__await_approval": _arguments(
        {
            "request_id": {
                "type": "string",
                "pattern": r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            }
        }
    ),
}
