"""What `serve --demo` starts with: two organisations with a key each, and two scripted integrations."""

from __future__ import annotations

import asyncio
import base64
import hmac
from typing import TYPE_CHECKING, Any

from agentport_gateway.auth.hashing import KEY_PREFIX, SHOWN_CHARACTERS, password_fits, password_hash, secret_hash
from agentport_gateway.domain.client_setups import client_setups
from agentport_gateway.store import accounts, integrations, policies

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.policy import Mode
    from agentport_gateway.gateway import Gateway

_MODES: tuple[tuple[str, Mode], ...] = (("lookup", "allow"), ("refund", "require_approval"), ("wipe", "deny"))
_INTEGRATIONS = ("demo", "notes")
_PRINTED = ("codex", "claude-code")
"""The clients whose set-up is printed whole; the page has the others'."""


async def furnish(gateway: Gateway) -> dict[str, Any]:
    """The demonstration's data, made unless it is there; returns its part of the ready file, secrets included.

    Keys and passwords follow from the instance's secret key, so that a later start can say them again although
    the database keeps hashes only.
    """
    first, second = [await _organisation(gateway, name) for name in ("Demo", "Second demo")]
    return {
        **first,
        "second": second,
        "tools": {mode: ["demo", tool_name] for tool_name, mode in _MODES},
    }


def client_commands(ready: dict[str, Any]) -> list[str]:
    """Texts to paste, so that a client connects with the demonstration's key: those of the Connect page."""
    key = ready["api_key"]
    lines = [
        "",
        f"Sign in as {ready['human']['email']} with password {ready['human']['password']}",
        f"API key (shown once): {key}",
    ]
    elsewhere = []
    for setup in client_setups(ready["mcp_url"], key):
        if setup.id not in _PRINTED:
            elsewhere.append(setup.name)
            continue
        lines += ["", f"{setup.name}. {setup.tried}"]
        for step in setup.steps:
            lines += [f"  {step.where}:", *(f"    {line}" for line in step.text.splitlines())]
    return [*lines, "", f"{', '.join(elsewhere)}: see {ready['base_url']}/connect", ""]


async def _organisation(gateway: Gateway, name: str) -> dict[str, Any]:
    email = f"{name.lower().replace(' ', '-')}@demo.example"
    secret, password = KEY_PREFIX + _secret(gateway, f"key of {name}"), _secret(gateway, f"password of {name}")
    user = await gateway.database.read(lambda connection: accounts.user_by_email(connection, email))
    if user is None or not await asyncio.to_thread(password_fits, password, user.password_hash):
        hashed = await asyncio.to_thread(password_hash, password)
        if user is None:
            await gateway.database.write(lambda connection: _make(gateway, connection, name, email, hashed))
        else:
            user_id = user.id
            await gateway.database.write(lambda connection: accounts.set_password(connection, user_id, hashed))

    def write(connection: Connection) -> str:
        owner = accounts.user_by_email(connection, email)
        assert owner is not None  # noqa: S101 - made above
        return _key(gateway, connection, owner, secret)

    return {"api_key": await gateway.database.write(write), "human": {"email": email, "password": password}}


def _secret(gateway: Gateway, purpose: str) -> str:
    if not gateway.settings.secret_key:
        return gateway.ids.secret()
    digest = hmac.digest(gateway.settings.secret_key.encode(), f"demonstration: {purpose}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _key(gateway: Gateway, connection: Connection, owner: accounts.User, secret: str) -> str:
    """The demonstration's key; a new one where somebody has revoked it."""
    if accounts.key_by_hash(connection, secret_hash(secret)) is not None:
        return secret
    if accounts.key_was_made(connection, secret_hash(secret)):
        secret = KEY_PREFIX + gateway.ids.secret()
    key = accounts.ApiKey(
        id=gateway.ids.uuid(),
        org_id=owner.org_id,
        name="demo agent",
        prefix=secret[:SHOWN_CHARACTERS],
        created_at=gateway.clock.now(),
        last_used_at=None,
        revoked_at=None,
    )
    accounts.add_key(connection, key=key, key_hash=secret_hash(secret), created_by=owner.id)
    return secret


def _make(gateway: Gateway, connection: Connection, name: str, email: str, hashed: str) -> None:
    org_id, user_id, now = gateway.ids.uuid(), gateway.ids.uuid(), gateway.clock.now()
    accounts.register(
        connection,
        org_id=org_id,
        org_name=name,
        user_id=user_id,
        email=email,
        password_hash=hashed,
        organisations_limit=1_000_000,
        now=now,
    )
    for integration_id in _INTEGRATIONS:
        integrations.install(
            connection,
            integrations.Installation(
                id=gateway.ids.uuid(),
                org_id=org_id,
                integration_id=integration_id,
                type="custom",
                auth_method="none",
                connected=True,
                token=None,
                added_at=now,
            ),
        )
    for tool_name, mode in _MODES:
        policies.set_mode(
            connection,
            org_id=org_id,
            integration_id="demo",
            tool_name=tool_name,
            mode=mode,
            by=user_id,
            now=now,
        )
