"""`/api-keys`: the keys that agents connect with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from agentport_gateway.operations.configuring import create_key, revoke_key
from agentport_gateway.store import accounts
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

router = APIRouter(prefix="/api-keys", tags=["api-keys"])


class NewKey(BaseModel):
    """How the key is to be called."""

    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")


@router.post("", status_code=201, responses=refusals(401, 403))
async def create(given: NewKey, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """A new key. `plain_key` is shown this once and not kept."""
    key, secret = await create_key(gateway, human, given.name)
    return {**_shown(key), "plain_key": secret}


@router.get("", responses=refusals(401, 403))
async def listing(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The organisation's keys that are alive."""
    keys = await gateway.database.read(lambda connection: accounts.keys_of(connection, human.org_id))
    return [_shown(key) for key in keys]


@router.delete("/{key_id}", status_code=204, responses=refusals(401, 403, 404))
async def revoke(key_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """Revoke a key: its sessions and its undecided requests end with it."""
    if not await revoke_key(gateway, human, key_id):
        raise HTTPException(404, "There is no such key.")
    return Response(status_code=204)


def _shown(key: accounts.ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "key_prefix": key.prefix,
        "created_at": instant(key.created_at),
        "last_used_at": instant(key.last_used_at),
    }
