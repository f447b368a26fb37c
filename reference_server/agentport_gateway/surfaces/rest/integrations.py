"""`/integrations`: the catalogue, and remote MCP servers that an organisation adds by URL."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    UnknownIntegrationError,
    add_custom,
    change_custom,
    remove_custom,
)
from agentport_gateway.store import integrations
from agentport_gateway.store.integrations import CustomIntegration
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

router = APIRouter(prefix="/integrations", tags=["integrations"])


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
    auth_methods: list[Literal["token", "none"]] = Field(default=["none", "token"], min_length=1)
    token_header: HeaderName = "Authorization"  # noqa: S105 - a header's name
    token_format: TokenFormat = "Bearer {token}"  # noqa: S105 - a template


class CustomChange(BaseModel):
    """What to change about it; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    description: str | None = Field(default=None, max_length=2000, pattern=r"^[^\x00]*$")
    auth_methods: list[Literal["token", "none"]] | None = Field(default=None, min_length=1)
    token_header: HeaderName | None = None
    token_format: TokenFormat | None = None


@router.get("", responses=refusals(401, 403))
async def catalogue(
    human: OnlyHuman,
    gateway: InGateway,
    type: Annotated[Literal["remote_mcp", "custom"] | None, Query()] = None,  # noqa: A002 - the contract's name
) -> list[dict[str, Any]]:
    """Every integration that can be installed."""
    view = await gateway.views.of(human.org_id)
    return [
        {**one.as_listed(), "is_custom": one.custom}
        for one in sorted(view.integrations.values(), key=lambda one: one.id)
        if type in (None, one.type)
    ]


@router.post("/custom", status_code=201, responses=refusals(401, 403, 409))
async def add(given: NewCustom, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Add a remote MCP server by URL. Its id is made from its name."""
    now = gateway.clock.now()
    custom = CustomIntegration(
        org_id=human.org_id,
        id=slug(given.name),
        definition={"kind": "remote_mcp", **given.model_dump()},
        secret=None,
        created_at=now,
        updated_at=now,
    )
    try:
        await add_custom(gateway, custom)
    except AlreadyThereError:
        raise HTTPException(409, f"There is an integration '{custom.id}' already.") from None
    return shown(custom)


@router.get("/custom", responses=refusals(401, 403))
async def customs(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The MCP servers that the organisation added."""
    found = await gateway.database.read(lambda connection: integrations.customs_of(connection, human.org_id))
    return [shown(custom) for custom in found if custom.definition["kind"] == "remote_mcp"]


@router.get("/custom/{integration_id}", responses=refusals(401, 403, 404))
async def custom(integration_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """One of them."""
    return shown(await find(gateway, human.org_id, integration_id, "remote_mcp"))


@router.patch("/custom/{integration_id}", responses=refusals(401, 403, 404))
async def change(integration_id: str, given: CustomChange, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Change one; requests that were made for it as it was before end."""
    found = await find(gateway, human.org_id, integration_id, "remote_mcp")
    definition = {**found.definition, **given.model_dump(exclude_none=True)}
    changed = replace(found, definition=definition, updated_at=gateway.clock.now())
    await change_custom(gateway, changed)
    return shown(changed)


@router.delete("/custom/{integration_id}", status_code=204, responses=refusals(401, 403, 404))
async def remove(integration_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """Remove one, with its installation."""
    await find(gateway, human.org_id, integration_id, "remote_mcp")
    try:
        await remove_custom(gateway, human.org_id, integration_id)
    except UnknownIntegrationError:
        raise HTTPException(404, "There is no such custom integration.") from None
    return Response(status_code=204)


@router.get("/{integration_id}", responses=refusals(401, 403, 404))
async def one(integration_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """One integration of the catalogue."""
    view = await gateway.views.of(human.org_id)
    found = view.integrations.get(integration_id)
    if found is None:
        raise HTTPException(404, "There is no such integration.")
    return {**found.as_listed(), "is_custom": found.custom}


async def find(gateway: InGateway, org_id: str, integration_id: str, kind: str) -> CustomIntegration:
    """A custom integration of this kind. 404 otherwise."""
    found = await gateway.database.read(
        lambda connection: integrations.find_custom(connection, org_id=org_id, integration_id=integration_id)
    )
    if found is None or found.definition["kind"] != kind:
        raise HTTPException(404, "There is no such custom integration.")
    return found


def slug(name: str) -> str:
    """An id made from a name."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60] or "integration"


def shown(custom: CustomIntegration) -> dict[str, Any]:
    """A custom integration, without its credential."""
    definition = dict(custom.definition)
    kind = definition.pop("kind")
    return {
        "id": custom.id,
        "integration_id": custom.id,
        "type": "remote_mcp" if kind == "remote_mcp" else "custom",
        **definition,
        "created_at": instant(custom.created_at),
        "updated_at": instant(custom.updated_at),
    }
