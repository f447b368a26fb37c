"""`/integrations/custom-api`: REST APIs that an organisation declares as tools."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    add_custom,
    change_custom,
    remove_custom,
)
from agentport_gateway.store import integrations
from agentport_gateway.store.integrations import CustomIntegration
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.rest.integrations import HeaderName, Name, TokenFormat, Url, find, shown, slug

router = APIRouter(prefix="/integrations/custom-api", tags=["integrations"])

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# What the connection itself says, or what would give a request another meaning.
_RESERVED_HEADERS = frozenset(
    {"host", "authorization", "cookie", "connection", "content-length", "content-type", "transfer-encoding"}
)


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


@router.post("", status_code=201, responses=refusals(401, 403, 409))
async def add(given: NewApi, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Declare a REST API. Its id is made from its name."""
    now = gateway.clock.now()
    custom = CustomIntegration(
        org_id=human.org_id,
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
    try:
        await add_custom(gateway, custom)
    except AlreadyThereError:
        raise HTTPException(409, f"There is an integration '{custom.id}' already.") from None
    return shown(custom)


@router.get("", responses=refusals(401, 403))
async def listing(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The APIs that the organisation declared."""
    found = await gateway.database.read(lambda connection: integrations.customs_of(connection, human.org_id))
    return [shown(custom) for custom in found if custom.definition["kind"] == "rest"]


@router.get("/{integration_id}", responses=refusals(401, 403, 404))
async def one(integration_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """One of them."""
    return shown(await find(gateway, human.org_id, integration_id, "rest"))


@router.patch("/{integration_id}", responses=refusals(401, 403, 404))
async def change(integration_id: str, given: ApiChange, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Change one; requests that were made for it as it was before end."""
    found = await find(gateway, human.org_id, integration_id, "rest")
    definition = {**found.definition, **given.model_dump(exclude={"tools"}, exclude_none=True)}
    if given.tools is not None:
        definition["tools"] = [tool.definition() for tool in given.tools]
    changed = replace(found, definition=definition, updated_at=gateway.clock.now())
    await change_custom(gateway, changed)
    return shown(changed)


@router.delete("/{integration_id}", status_code=204, responses=refusals(401, 403, 404))
async def remove(integration_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """Remove one, with its installation."""
    await find(gateway, human.org_id, integration_id, "rest")
    await remove_custom(gateway, human.org_id, integration_id)
    return Response(status_code=204)
