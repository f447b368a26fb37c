"""`/integrations/custom-api`: REST APIs that an organisation declares as tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, HTTPException, Response

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    add_custom,
    change_custom,
    remove_custom,
)
from agentport_gateway.store import integrations
from agentport_gateway.surfaces.declared import ApiChange, NewApi, declared_api
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.rest.integrations import find, shown

router = APIRouter(prefix="/integrations/custom-api", tags=["integrations"])


@router.post("", status_code=201, responses=refusals(401, 403, 409))
async def add(given: NewApi, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Declare a REST API. Its id is made from its name."""
    custom = declared_api(given, org_id=human.org_id, now=gateway.clock.now())
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
