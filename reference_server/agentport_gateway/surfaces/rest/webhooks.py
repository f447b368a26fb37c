"""`/webhooks`: where an organisation is told about its approval requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.operations.notifying import (
    BadWebhookError,
    add,
    enable,
    remove,
    renew_secret,
    try_out,
    webhooks_of,
)
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

if TYPE_CHECKING:
    from agentport_gateway.store.notices import Webhook

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


class NewWebhook(BaseModel):
    """Where notices go."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2000)


class WebhookChange(BaseModel):
    """Whether it is told anything."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool


@router.get("", responses=refusals(401, 403))
async def listing(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The webhooks."""
    return [_shown(one) for one in await webhooks_of(gateway, human.org_id)]


@router.post("", status_code=201, responses=refusals(401, 403))
async def make(given: NewWebhook, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """A new webhook. `secret` is shown this once."""
    try:
        webhook, secret = await add(gateway, human, given.url)
    except BadWebhookError as error:
        raise HTTPException(400, f"Not added: {error}.") from None
    return {**_shown(webhook), "secret": secret}


@router.patch("/{webhook_id}", responses=refusals(401, 403, 404))
async def change(webhook_id: str, given: WebhookChange, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Switch it on or off; what it was still to be told is forgotten when it is switched off."""
    _there(await enable(gateway, human, webhook_id, enabled=given.enabled))
    return {"id": webhook_id, "enabled": given.enabled}


@router.post("/{webhook_id}/secret", responses=refusals(401, 403, 404))
async def renew(webhook_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """A new secret in place of the old one, shown this once."""
    secret = await renew_secret(gateway, human, webhook_id)
    _there(secret is not None)
    return {"id": webhook_id, "secret": secret}


@router.post("/{webhook_id}/test", status_code=202, responses=refusals(401, 403, 404))
async def test(webhook_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Send it a notice of type `webhook.test`."""
    _there(await try_out(gateway, human, webhook_id))
    return {"id": webhook_id, "sent": True}


@router.delete("/{webhook_id}", status_code=204, responses=refusals(401, 403, 404))
async def end(webhook_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """Remove it, with what it was still to be told."""
    _there(await remove(gateway, human, webhook_id))
    return Response(status_code=204)


def _there(found: bool) -> None:
    if not found:
        raise HTTPException(404, "There is no such webhook.")


def _shown(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "enabled": one.enabled,
        "created_at": instant(one.created_at),
        "last_sent_at": instant(one.last_sent_at),
        "last_fault": one.last_fault,
    }
