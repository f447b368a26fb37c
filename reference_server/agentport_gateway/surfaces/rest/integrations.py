"""`/integrations`: the catalogue, and remote MCP servers that an organisation adds by URL."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    UnknownIntegrationError,
    add_custom,
    change_custom,
    remove_custom,
)
from agentport_gateway.store import integrations
from agentport_gateway.store.integrations import CustomIntegration
from agentport_gateway.surfaces.declared import CustomChange, NewCustom, declared_server
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

router = APIRouter(prefix="/integrations", tags=["integrations"])


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
    custom = declared_server(given, org_id=human.org_id, now=gateway.clock.now())
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
