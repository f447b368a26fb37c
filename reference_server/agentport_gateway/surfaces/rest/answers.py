"""What the endpoints answer when they do what they are asked: the answers' part of the OpenAPI document.

They are described beside the endpoints, not by them: answers go out as they are, unchecked and unfiltered, and
tests hold them against this description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from agentport_gateway.domain.approvals import DecisionMode, EndReason, Execution, Status
from agentport_gateway.domain.integrations import AuthMethod, IntegrationType
from agentport_gateway.domain.outcomes import OutcomeName
from agentport_gateway.domain.policy import Mode, Operator, Source

if TYPE_CHECKING:
    from fastapi import FastAPI

Time = str
"""RFC 3339, UTC, with milliseconds."""


class Answer(BaseModel):
    """Something an endpoint answers; more fields may come."""

    model_config = ConfigDict(extra="allow")


class User(Answer):
    """The signed-in person."""

    id: str
    email: str
    org_id: str
    org_name: str
    totp_enabled: bool
    created_at: Time


class Registered(Answer):
    """A new organisation and its first person."""

    user_id: str
    org_id: str
    email: str
    org_name: str
    created_at: Time


class SignIn(Answer):
    """A sign-in; the token is for `Authorization: Bearer`."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class ApiKey(Answer):
    """A key, without the key itself."""

    id: str
    name: str
    key_prefix: str
    created_at: Time
    last_used_at: Time | None


class NewApiKey(ApiKey):
    """A key with the key itself, this once."""

    plain_key: str


class Integration(Answer):
    """An integration that can be installed."""

    id: str
    name: str
    description: str
    type: IntegrationType
    auth_methods: list[AuthMethod]
    docs_url: str | None
    is_custom: bool


class Custom(Answer):
    """An integration that the organisation added."""

    id: str
    integration_id: str
    type: IntegrationType
    name: str
    description: str
    auth_methods: list[AuthMethod]
    token_header: str
    token_format: str
    created_at: Time
    updated_at: Time


class CustomServer(Custom):
    """A remote MCP server."""

    url: str


class CustomApi(Custom):
    """A REST API with its endpoints as tools."""

    base_url: str
    tools: list[dict[str, Any]]


class Installed(Answer):
    """An installed integration, without its credential."""

    integration_id: str
    type: str
    auth_method: str
    connected: bool
    added_at: Time


class InstallationStatus(Answer):
    """How an installed integration signs in, and how far that is."""

    integration_id: str
    auth_method: str
    connected: bool
    oauth_status: str | None = None


class OauthFlow(Answer):
    """Where a member signs in to an integration."""

    authorization_url: str
    message: str


class ConnectedClient(Answer):
    """A program that somebody connected by OAuth."""

    id: str
    name: str
    prefix: str
    client_id: str | None
    connected_by: str | None
    created_at: Time
    last_used_at: Time | None


class Tool(Answer):
    """A tool, and what its calls need."""

    integration_id: str
    name: str
    description: str
    inputSchema: dict[str, Any]  # noqa: N815 - MCP's name
    execution_mode: Mode


class CallResult(Answer):
    """The upstream's own answer."""

    content: list[dict[str, Any]]
    isError: bool  # noqa: N815 - MCP's name
    structuredContent: Any = None  # noqa: N815 - MCP's name


class ToolSetting(Answer):
    """A tool's mode."""

    integration_id: str
    tool_name: str
    mode: Mode


class ShownCondition(Answer):
    """One parameter compared with some values."""

    param: str
    operator: Operator
    values: list[str]


class ShownRule(Answer):
    """A conditional rule."""

    id: str
    priority: int
    effect: Mode
    enabled: bool
    conditions: list[ShownCondition]


class Verdict(Answer):
    """What the policies say of some arguments."""

    mode: Mode
    source: Source
    rule_id: str | None


class Approval(Answer):
    """An approval request, for the people who decide on it."""

    id: str
    integration_id: str
    tool_name: str
    target: str
    args: dict[str, Any]
    args_digest: str
    additional_info: str | None
    requested_by: str
    api_key_id: str | None
    rule_id: str | None
    status: Status
    execution: Execution
    decision_mode: DecisionMode | None
    decided_by: str | None
    decided_at: Time | None
    end_reason: EndReason | None
    created_at: Time
    expires_at: Time
    consumed_at: Time | None
    approval_url: str


class Awaited(Answer):
    """Where an approval request stands."""

    approval_request_id: str
    integration_id: str
    tool_name: str
    status: Status
    message: str
    expires_at: Time
    decision_mode: DecisionMode | None


class OrgSettingsInForce(Answer):
    """The expiry in force, the instance's and the organisation's own, in minutes."""

    approval_expiry_minutes: float
    approval_expiry_minutes_default: float
    approval_expiry_minutes_override: int | None


class LogEntry(Answer):
    """One call's whole life."""

    seq: int
    id: str
    created_at: Time
    surface: str
    requested_by: str
    api_key_id: str | None
    integration_id: str
    tool_name: str
    args: dict[str, Any]
    additional_info: str | None
    mode: Mode | None
    rule_id: str | None
    approval_request_id: str | None
    request_id: str | None
    outcome: OutcomeName
    detail: str | None
    finished_at: Time | None
    duration_ms: float | None
    approval_status: Status | None
    decision_mode: DecisionMode | None
    decided_by: str | None
    decided_at: Time | None


class SecondFactor(Answer):
    """Whether the second factor is required."""

    enabled: bool


class SecondFactorSetup(Answer):
    """A secret for an authenticator."""

    secret: str
    otpauth_url: str


class SecondFactorEnabled(SecondFactor):
    """The second factor is required; the recovery codes are shown this once."""

    recovery_codes: list[str] = Field(min_length=1)


class Health(Answer):
    """The process answers."""

    status: Literal["ok", "ready"]


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
