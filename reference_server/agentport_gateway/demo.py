"""What `serve --demo` starts with: two organisations with a key each, and two scripted integrations."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from agentport_gateway.auth.hashing import KEY_PREFIX, SHOWN_CHARACTERS, password_hash, secret_hash
from agentport_gateway.store import accounts, integrations, policies

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.policy import Mode
    from agentport_gateway.gateway import Gateway

_MODES: tuple[tuple[str, Mode], ...] = (("lookup", "allow"), ("refund", "require_approval"), ("wipe", "deny"))
_INTEGRATIONS = ("demo", "notes")


async def furnish(gateway: Gateway) -> dict[str, Any]:
    """Make the demonstration's data; returns its part of the ready file, secrets included."""
    first, second = [await _organisation(gateway, name) for name in ("Demo", "Second demo")]
    return {
        **first,
        "second": second,
        "tools": {mode: ["demo", tool_name] for tool_name, mode in _MODES},
    }


def client_commands(ready: dict[str, Any]) -> list[str]:
    """Lines to paste, so that a client connects with the demonstration's key."""
    url, key = ready["mcp_url"], ready["api_key"]
    server = {"type": "http", "url": url, "headers": {"X-API-Key": key}}
    return [
        "",
        f"Sign in as {ready['human']['email']} with password {ready['human']['password']}",
        f"API key (shown once): {key}",
        "",
        "Codex:",
        f"  export AGENTPORT_API_KEY={key}",
        f"  codex mcp add agentport --url {url} --bearer-token-env-var AGENTPORT_API_KEY",
        "Claude Code:",
        f'  claude mcp add --transport http agentport {url} --header "X-API-Key: {key}"',
        "Other clients (mcpServers):",
        f"  {json.dumps({'agentport': server})}",
        "",
    ]


async def _organisation(gateway: Gateway, name: str) -> dict[str, Any]:
    secret, password = KEY_PREFIX + gateway.ids.secret(), gateway.ids.secret()
    suffix = gateway.ids.uuid()[:8]
    email = f"{name.lower().replace(' ', '-')}-{suffix}@demo.example"
    hashed = await asyncio.to_thread(password_hash, password)
    org_id, user_id, now = gateway.ids.uuid(), gateway.ids.uuid(), gateway.clock.now()

    def write(connection: Connection) -> None:
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
        key = accounts.ApiKey(
            id=gateway.ids.uuid(),
            org_id=org_id,
            name="demo agent",
            prefix=secret[:SHOWN_CHARACTERS],
            created_at=now,
            last_used_at=None,
            revoked_at=None,
        )
        accounts.add_key(connection, key=key, key_hash=secret_hash(secret), created_by=user_id)
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

    await gateway.database.write(write)
    return {"api_key": secret, "human": {"email": email, "password": password}}
