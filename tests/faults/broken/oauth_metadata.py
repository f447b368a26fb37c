"""What `oauth_metadata` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.oauth import application
from agentport_gateway.surfaces.oauth.provider import Provider
from tests.faults.fault import breaks, wraps


@wraps("GW105")
def no_metadata(front: Any) -> Any:
    """The challenge names a document that is not there."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/.well-known/oauth-protected"):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await front(scope, receive, send)

    return app


@breaks("GW105")
def another_issuer(patch: pytest.MonkeyPatch) -> None:
    """The server calls itself otherwise than the resource does."""
    whole = application._server_metadata

    def broken(gateway: Any) -> Any:
        return whole(gateway).model_copy(update={"issuer": "https://elsewhere.example"})

    patch.setattr(application, "_server_metadata", broken)


@breaks("GW105")
def any_verifier_will_do(patch: pytest.MonkeyPatch) -> None:
    """Whoever has the code has the token."""

    class Lenient(str):
        __slots__ = ()

        def __ne__(self, _other: object) -> bool:
            return False

        __hash__ = str.__hash__

    whole = Provider.load_authorization_code

    async def broken(provider: Any, client: Any, code: str) -> Any:
        found = await whole(provider, client, code)
        if found is not None:
            object.__setattr__(found, "code_challenge", Lenient(found.code_challenge))
        return found

    patch.setattr(Provider, "load_authorization_code", broken)
