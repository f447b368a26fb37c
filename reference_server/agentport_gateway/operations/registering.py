"""Registering an organisation and its first person."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import password_hash
from agentport_gateway.auth.setup_code import code_fits
from agentport_gateway.store import accounts
from agentport_gateway.store.accounts import EmailTakenError, NoRoomError

if TYPE_CHECKING:
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.accounts import User

__all__ = ["EmailTakenError", "NoRoomError", "WrongSetupCodeError", "register", "set_up"]


class WrongSetupCodeError(Exception):
    """The set-up code is not the one that the gateway printed, or too many were tried."""


async def is_new(gateway: Gateway) -> bool:
    """Whether the instance waits for its first user."""
    return not await gateway.database.read(accounts.anyone_registered)


async def set_up(gateway: Gateway, *, code: str, email: str, password: str, org_name: str, address: str) -> User:
    """The first user, made by whoever can read what the gateway printed at its start.

    Raises WrongSetupCodeError, or NoRoomError once there is a first user.
    """
    # Looking costs nothing here, so that each try is counted before it is looked at.
    if not await gateway.limits.admits("guess", address) or not code_fits(gateway.settings.setup_code, code):
        raise WrongSetupCodeError
    return await register(gateway, email=email, password=password, org_name=org_name, organisations_limit=1)


async def register(
    gateway: Gateway, *, email: str, password: str, org_name: str, organisations_limit: int | None = None
) -> User:
    """The first person of a new organisation. Raises NoRoomError or EmailTakenError: nothing changed."""
    async with gateway.limits.hashing:
        hashed = await asyncio.to_thread(password_hash, password)
    user = accounts.User(
        id=gateway.ids.uuid(),
        org_id=gateway.ids.uuid(),
        org_name=org_name,
        email=email.lower(),
        password_hash=hashed,
        failed_sign_ins=0,
        locked_until=None,
        totp_enabled=False,
        created_at=gateway.clock.now(),
    )
    limit = gateway.settings.organisations if organisations_limit is None else organisations_limit
    await gateway.database.write(
        lambda connection: accounts.register(
            connection,
            org_id=user.org_id,
            org_name=org_name,
            user_id=user.id,
            email=user.email,
            password_hash=hashed,
            organisations_limit=limit,
            now=user.created_at,
        )
    )
    return user
