"""Integrations that an organisation declares itself: what may be said about them, and the form that is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from agentport_gateway.store.integrations import CustomIntegration

if TYPE_CHECKING:
    from datetime import datetime

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# What the connection itself says, or what would give a request another meaning.
_RESERVED_HEADERS = frozenset(
    {"host", "authorization", "cookie", "connection", "content-length", "content-type", "transfer-encoding"}
)


def checked_url(url: str) -> str:
    """The URL, if it is one that upstreams can have."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError("this is not a URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an http or https URL with a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not carry a user name or password")
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise ValueError("a URL must not contain spaces or control characters")
    return url


Url = Annotated[str, Field(max_length=2000), AfterValidator(checked_url)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
TokenFormat = Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*\{token\}[\x20-\x7e]*$")]


class NewCustom(BaseModel):
    """A remote MCP server to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    url: Url
    description: str = Field(default="", max_length=2000, pattern=r"^[^\x00]*$")
    auth_methods: list[Literal["token", "oauth", "none"]] = Field(default=["none", "token"], min_length=1)
    token_header: HeaderName = "Authorization"  # noqa: S105 - a header's name
    token_format: TokenFormat = "Bearer {token}"  # noqa: S105 - a template


class CustomChange(BaseModel):
    """What to change about it; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    description: str | None = Field(default=None, max_length=2000, pattern=r"^[^\x00]*$")
    auth_methods: list[Literal["token", "oauth", "none"]] | None = Field(default=None, min_length=1)
    token_header: HeaderName | None = None
    token_format: TokenFormat | None = None


class GivenParameter(BaseModel):
    """One parameter of an endpoint."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.\-\[\]]+$")
    place: Literal["path", "query", "header", "body"] = Field(alias="in")
    required: bool = False
    type: Literal["string", "integer", "number", "boolean", "array", "object"] = "string"
    description: str = Field(default="", max_length=2000)


class GivenTool(BaseModel):
    """One endpoint."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")
    description: str = Field(default="", max_length=2000)
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(pattern=r"^/[\x21-\x7e]*$", max_length=1000)
    parameters: list[GivenParameter] = Field(default_factory=list, max_length=100)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [one.name for one in self.parameters]
        if len(set(names)) != len(names):
            raise ValueError("two parameters have the same name")
        placeholders = _PLACEHOLDER.findall(self.path)
        if sorted(placeholders) != sorted(one.name for one in self.parameters if one.place == "path"):
            raise ValueError("the placeholders of the path and the path parameters are not the same")
        literal = _PLACEHOLDER.sub("x", self.path)
        if any(part in (".", "..") for part in literal.split("/")) or any(sign in literal for sign in "?#{}\\"):
            raise ValueError("the path must be plain: no query, fragment, dots or stray braces")
        for one in self.parameters:
            if one.place == "header" and one.name.lower() in _RESERVED_HEADERS:
                raise ValueError(f"the header {one.name} cannot be a parameter")
        return self

    def definition(self) -> dict[str, Any]:
        """The form that is kept; a path parameter is always required."""
        parameters = [
            {
                "name": one.name,
                "in": one.place,
                "required": one.required or one.place == "path",
                "type": one.type,
                "description": one.description,
            }
            for one in self.parameters
        ]
        return {**self.model_dump(exclude={"parameters"}), "parameters": parameters}


Tools = Annotated[list[GivenTool], Field(min_length=1, max_length=200)]


class NewApi(BaseModel):
    """A REST API to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    base_url: Url
    description: str = Field(default="", max_length=2000, pattern=r"^[^\x00]*$")
    token_header: HeaderName = "Authorization"  # noqa: S105 - a header's name
    token_format: TokenFormat = "Bearer {token}"  # noqa: S105 - a template
    tools: Tools


class ApiChange(BaseModel):
    """What to change about it; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    base_url: Url | None = None
    description: str | None = Field(default=None, max_length=2000, pattern=r"^[^\x00]*$")
    token_header: HeaderName | None = None
    token_format: TokenFormat | None = None
    tools: Tools | None = None


def declared_server(given: NewCustom, *, org_id: str, now: datetime) -> CustomIntegration:
    """A remote MCP server as it is kept. Its id is made from its name."""
    return CustomIntegration(
        org_id=org_id,
        id=slug(given.name),
        definition={"kind": "remote_mcp", **given.model_dump()},
        secret=None,
        created_at=now,
        updated_at=now,
    )


def declared_api(given: NewApi, *, org_id: str, now: datetime) -> CustomIntegration:
    """A REST API as it is kept. Its id is made from its name."""
    return CustomIntegration(
        org_id=org_id,
        id=slug(given.name),
        definition={
            "kind": "rest",
            "auth_methods": ["none", "token"],
            **given.model_dump(exclude={"tools"}),
            "tools": [tool.definition() for tool in given.tools],
        },
        secret=None,
        created_at=now,
        updated_at=now,
    )


def slug(name: str) -> str:
    """An id made from a name."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60] or "integration"
