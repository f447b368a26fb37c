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

OUTCOMES = (
    "executed",
    "approval_required",
    "denied_by_policy",
    "denied_by_human",
    "still_pending",
    "expired",
    "consumed",
    "outcome_unknown",
    "not_found",
    "invalid_arguments",
    "upstream_failed",
)

# `ap` command -> (flags that take a value, flags that do not)
COMMANDS: dict[tuple[str, ...], tuple[set[str], set[str]]] = {
    ("auth", "status"): ({"-o"}, set()),
    ("integrations", "list"): ({"-o"}, {"--installed", "--available"}),
    ("integrations", "add"): ({"-o", "--auth", "--token", "--timeout"}, {"--no-open"}),
    ("integrations", "remove"): ({"-o"}, set()),
    ("tools", "list"): ({"-o", "--integration"}, set()),
    ("tools", "describe"): ({"-o", "--integration", "--tool"}, set()),
    ("tools", "call"): (
        {"-o", "--integration", "--tool", "--args", "--info", "--wait-timeout"},
        {"--wait"},
    ),
    ("tools", "await-approval"): ({"-o", "--request-id", "--approval-url", "--timeout"}, set()),
}
