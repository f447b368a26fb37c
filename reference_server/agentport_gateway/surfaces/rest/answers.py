"""What the endpoints answer when they do what they are asked, as models for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.domain.approvals import DecisionMode, EndReason, Execution, Status
from agentport_gateway.domain.integrations import AuthMethod, IntegrationType
from agentport_gateway.domain.outcomes import OutcomeName
from agentport_gateway.domain.policy import Mode, Operator, Source

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


class UpstreamClient(Answer):
    """A client that somebody registered by hand with an integration's authorization server."""

    integration_id: str
    issuer: str
    client_id: str
    has_secret: bool
    redirect_uri: str
    updated_at: Time


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


class WebhookSwitch(Answer):
    """Whether a webhook is told anything."""

    id: str
    enabled: bool


class ShownWebhook(WebhookSwitch):
    """Where notices go."""

    url: str
    created_at: Time
    last_sent_at: Time | None
    last_fault: str | None


class WebhookWithSecret(ShownWebhook):
    """A webhook with its secret, this once."""

    secret: str


class WebhookSecret(Answer):
    """A webhook's new secret, this once."""

    id: str
    secret: str


class Health(Answer):
    """The process answers."""

    status: Literal["ok", "ready"]
