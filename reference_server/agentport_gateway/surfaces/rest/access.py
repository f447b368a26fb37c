"""Who is calling a REST endpoint, and what that lets them do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from agentport_gateway.auth.hashing import KEY_PREFIX, secret_hash
from agentport_gateway.domain.identity import Agent, Caller, Human
from agentport_gateway.gateway import Gateway
from agentport_gateway.store import accounts


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves this request."""
    gateway: Gateway = request.app.state.gateway
    return gateway


InGateway = Annotated[Gateway, Depends(gateway_of)]

_SIGN_IN = {"WWW-Authenticate": "Bearer"}


async def any_caller(request: Request, gateway: InGateway) -> Caller:
    """An agent by its key, or a human by their sign-in. 401 otherwise."""
    key = request.headers.get("x-api-key")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    if key is None and token.startswith(KEY_PREFIX):
        key = token
    if key is not None:
        agent = await gateway.keys.find(key)
        if agent is None:
            raise HTTPException(401, "The API key is unknown or revoked.", headers=_SIGN_IN)
        return agent
    if not token:
        raise HTTPException(401, "Sign in, or send an API key.", headers=_SIGN_IN)
    now = gateway.clock.now()
    user = await gateway.database.read(
        lambda connection: accounts.user_by_token(connection, secret_hash(token), now=now)
    )
    if user is None:
        raise HTTPException(401, "The sign-in is unknown or has ended.", headers=_SIGN_IN)
    return Human(org_id=user.org_id, user_id=user.id, email=user.email, has_second_factor=user.totp_enabled)


async def only_human(caller: Annotated[Caller, Depends(any_caller)]) -> Human:
    """A signed-in human: an agent's key never decides, configures or reads logs. 403 for those."""
    if isinstance(caller, Agent):
        raise HTTPException(403, "This is for signed-in people; an API key may not do it.")
    return caller


AnyCaller = Annotated[Caller, Depends(any_caller)]
OnlyHuman = Annotated[Human, Depends(only_human)]
