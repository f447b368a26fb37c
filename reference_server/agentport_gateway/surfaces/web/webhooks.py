"""Webhooks among the settings: adding, testing, switching and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.operations.notifying import BadWebhookError, add, enable, remove, renew_secret, try_out
from agentport_gateway.surfaces.web import settings
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()


@pages.post("/settings/webhooks")
async def make(visit: Visit) -> Response:
    """Add one. Its secret is shown in this answer and never again."""
    try:
        _, secret = await add(visit.gateway, visit.human, visit.form.text("webhook_url", most=2001))
    except BadWebhookError as error:
        return await settings.page(visit, faults={"webhook_url": f"Not added: {error}."}, status=422)
    return render(visit, "webhook_secret.html", secret=secret)


@pages.post("/settings/webhooks/change")
async def change(visit: Visit) -> Response:
    """Test, switch, remove, or give a new secret to one."""
    gateway, human, webhook_id = visit.gateway, visit.human, visit.form.text("webhook_id", most=100)
    done = "webhook"
    match visit.form.text("change"):
        case "test":
            there, done = await try_out(gateway, human, webhook_id), "webhook-test"
        case "enable":
            there = await enable(gateway, human, webhook_id, enabled=True)
        case "disable":
            there = await enable(gateway, human, webhook_id, enabled=False)
        case "secret":
            secret = await renew_secret(gateway, human, webhook_id)
            if secret is not None:
                return render(visit, "webhook_secret.html", secret=secret)
            there = False
        case "remove":
            there = await remove(gateway, human, webhook_id)
        case _:
            there = False
    if not there:
        return await settings.page(visit, faults={"webhook_url": "This webhook is gone."}, status=404)
    return go(f"/settings?done={done}")
