"""The answers' part of the OpenAPI document.

Answers are described beside the endpoints, not by them: they go out as they are, unchecked and unfiltered, and tests
hold them against this description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from agentport_gateway.surfaces.rest.answers import (
    Answer,
    ApiKey,
    Approval,
    Awaited,
    CallResult,
    ConnectedClient,
    CustomApi,
    CustomServer,
    Health,
    InstallationStatus,
    Installed,
    Integration,
    LogEntry,
    NewApiKey,
    OauthFlow,
    OrgSettingsInForce,
    Registered,
    SecondFactor,
    SecondFactorEnabled,
    SecondFactorSetup,
    ShownRule,
    ShownWebhook,
    SignIn,
    Tool,
    ToolSetting,
    UpstreamClient,
    User,
    Verdict,
    WebhookSecret,
    WebhookSwitch,
    WebhookWithSecret,
)

if TYPE_CHECKING:
    from fastapi import FastAPI

_RULES = "/api/tool-settings/{integration_id}/{tool_name}/rules"
_REQUESTS = "/api/tool-approvals/requests"

ANSWERS: dict[tuple[str, str], type[Answer] | tuple[type[Answer]]] = {
    ("get", "/health"): Health,
    ("get", "/health/ready"): Health,
    ("post", "/api/users/register"): Registered,
    ("get", "/api/users/me"): User,
    ("get", "/api/users/me/totp/status"): SecondFactor,
    ("post", "/api/users/me/totp/setup"): SecondFactorSetup,
    ("post", "/api/users/me/totp/enable"): SecondFactorEnabled,
    ("post", "/api/users/me/totp/disable"): SecondFactor,
    ("post", "/api/auth/token"): SignIn,
    ("post", "/api/api-keys"): NewApiKey,
    ("get", "/api/api-keys"): (ApiKey,),
    ("get", "/api/integrations"): (Integration,),
    ("get", "/api/integrations/{integration_id}"): Integration,
    ("post", "/api/integrations/custom"): CustomServer,
    ("get", "/api/integrations/custom"): (CustomServer,),
    ("get", "/api/integrations/custom/{integration_id}"): CustomServer,
    ("patch", "/api/integrations/custom/{integration_id}"): CustomServer,
    ("post", "/api/integrations/custom-api"): CustomApi,
    ("get", "/api/integrations/custom-api"): (CustomApi,),
    ("get", "/api/integrations/custom-api/{integration_id}"): CustomApi,
    ("patch", "/api/integrations/custom-api/{integration_id}"): CustomApi,
    ("get", "/api/installed"): (Installed,),
    ("post", "/api/installed"): Installed,
    ("get", "/api/installed/{integration_id}/auth-status"): InstallationStatus,
    ("post", "/api/installed/{integration_id}/oauth-flow"): OauthFlow,
    ("get", "/api/connected-clients"): (ConnectedClient,),
    ("get", "/api/upstream-clients"): (UpstreamClient,),
    ("put", "/api/upstream-clients/{integration_id}"): UpstreamClient,
    ("get", "/api/tools"): (Tool,),
    ("get", "/api/tools/{integration_id}"): (Tool,),
    ("post", "/api/tools/{integration_id}/call"): CallResult,
    ("get", "/api/tool-settings/{integration_id}"): (ToolSetting,),
    ("put", "/api/tool-settings/{integration_id}/{tool_name}"): ToolSetting,
    ("get", _RULES): (ShownRule,),
    ("post", _RULES): ShownRule,
    ("patch", _RULES + "/{rule_id}"): ShownRule,
    ("post", _RULES + "/test"): Verdict,
    ("get", _REQUESTS): (Approval,),
    ("get", _REQUESTS + "/{request_id}"): Approval,
    ("post", _REQUESTS + "/{request_id}/await"): Awaited,
    ("post", _REQUESTS + "/{request_id}/approve-once"): Approval,
    ("post", _REQUESTS + "/{request_id}/allow-tool"): Approval,
    ("post", _REQUESTS + "/{request_id}/deny"): Approval,
    ("get", "/api/org-settings"): OrgSettingsInForce,
    ("patch", "/api/org-settings"): OrgSettingsInForce,
    ("get", "/api/webhooks"): (ShownWebhook,),
    ("post", "/api/webhooks"): WebhookWithSecret,
    ("patch", "/api/webhooks/{webhook_id}"): WebhookSwitch,
    ("post", "/api/webhooks/{webhook_id}/secret"): WebhookSecret,
    ("get", "/api/logs"): (LogEntry,),
}


def describe_answers(rest: FastAPI) -> None:
    """Put the answers into the application's OpenAPI document."""
    plain = rest.openapi

    def openapi() -> dict[str, Any]:
        if rest.openapi_schema is None:
            _describe(plain())
        found: dict[str, Any] = rest.openapi_schema or {}
        return found

    rest.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _describe(document: dict[str, Any]) -> None:
    models = {one[0] if isinstance(one, tuple) else one for one in ANSWERS.values()}
    references, definitions = models_json_schema(
        sorted(((model, "serialization") for model in models), key=lambda one: one[0].__name__),
        ref_template="#/components/schemas/{model}",
    )
    document["components"]["schemas"] |= definitions["$defs"]
    for (method, path), one in ANSWERS.items():
        operation = document["paths"].get(path, {}).get(method)
        if operation is None:
            continue
        model = one[0] if isinstance(one, tuple) else one
        schema: dict[str, Any] = references[model, "serialization"]
        if isinstance(one, tuple):
            schema = {"type": "array", "items": schema}
        status = "201" if "201" in operation["responses"] else "200"
        operation["responses"][status]["content"] = {"application/json": {"schema": schema}}
