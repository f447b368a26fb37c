"""The REST application: every resource in this folder under `/api`, and `/health` beside it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import text

from agentport_gateway.store.database import StoreUnavailableError
from agentport_gateway.surfaces.rest.described import describe_answers
from agentport_gateway.surfaces.rest.documented import refusals

if TYPE_CHECKING:
    from agentport_gateway.gateway import Gateway

_RESOURCES = (
    "users",
    "second_factor",
    "auth",
    "api_keys",
    "custom_apis",
    "integrations",
    "installed",
    "tools",
    "tool_settings",
    "tool_rules",
    "tool_approvals",
    "org_settings",
    "logs",
    "connected_clients",
    "upstream_clients",
    "webhooks",
)


def build_rest(gateway: Gateway) -> FastAPI:
    """The application of a gateway."""
    rest = FastAPI(
        title="AgentPort reference gateway",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    rest.state.gateway = gateway
    for name in _RESOURCES:
        rest.include_router(import_module(f"{__package__}.{name}").router, prefix="/api")

    @rest.get("/health", tags=["health"])
    async def health() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    @rest.get("/health/ready", tags=["health"], responses=refusals())
    async def ready() -> dict[str, str]:
        """Whether calls can be served: the database answers, and the gateway is not about to stop."""
        await gateway.database.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
        if gateway.waits.closing:
            raise HTTPException(503, "The gateway is stopping.")
        return {"status": "ready"}

    describe_answers(rest)
    rest.add_exception_handler(RequestValidationError, _bad_request)
    rest.add_exception_handler(StoreUnavailableError, _unavailable)
    return rest


async def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = [{"loc": list(fault["loc"]), "msg": fault["msg"], "type": fault["type"]} for fault in faults]
    return JSONResponse({"detail": detail}, 422)


async def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "The gateway cannot reach its database just now."}, 503)
