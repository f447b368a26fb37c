"""Policies and keys, set by humans; what is on its way under the old ones is stopped at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import KEY_PREFIX, SHOWN_CHARACTERS, secret_hash
from agentport_gateway.store import accounts, approvals, audit, policies

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Human
    from agentport_gateway.domain.policy import Mode
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.accounts import ApiKey
    from agentport_gateway.store.policies import PlacedRule


async def set_mode(gateway: Gateway, human: Human, integration_id: str, tool_name: str, mode: Mode) -> None:
    """Set a tool's mode. Denying ends the tool's pending and approved requests too."""
    now = gateway.clock.now()

    def write(connection: Connection) -> list[ApprovalRequest]:
        policies.set_mode(
            connection,
            org_id=human.org_id,
            integration_id=integration_id,
            tool_name=tool_name,
            mode=mode,
            by=human.user_id,
            now=now,
        )
        if mode != "deny":
            return []
        ended = approvals.end_live(
            connection,
            org_id=human.org_id,
            integration_id=integration_id,
            tool_name=tool_name,
            reason="policy_denied",
            now=now,
        )
        audit.complete_requests(connection, [request.id for request in ended], outcome="denied_by_policy", now=now)
        return ended

    ended = await gateway.database.write(write)
    gateway.views.drop(human.org_id)
    for request in ended:
        gateway.waits.tell(request)


async def add_rule(gateway: Gateway, human: Human, placed: PlacedRule) -> None:
    """Keep a new rule."""
    now = gateway.clock.now()
    await gateway.database.write(
        lambda connection: policies.add_rule(connection, org_id=human.org_id, placed=placed, now=now)
    )
    gateway.views.drop(human.org_id)


async def change_rule(gateway: Gateway, human: Human, placed: PlacedRule) -> bool:
    """Whether the rule was there to change."""
    changed = await gateway.database.write(
        lambda connection: policies.change_rule(connection, org_id=human.org_id, placed=placed)
    )
    gateway.views.drop(human.org_id)
    return changed


async def remove_rule(gateway: Gateway, human: Human, placed: PlacedRule) -> bool:
    """Whether the rule was there to remove."""
    removed = await gateway.database.write(
        lambda connection: policies.remove_rule(connection, org_id=human.org_id, placed=placed)
    )
    gateway.views.drop(human.org_id)
    return removed


async def set_expiry(gateway: Gateway, human: Human, minutes: int | None) -> None:
    """Set how long requests wait from now on; None goes back to the instance's own. Those that exist keep theirs."""
    await gateway.database.write(lambda connection: accounts.set_expiry(connection, human.org_id, minutes))
    gateway.views.drop(human.org_id)


async def create_key(gateway: Gateway, human: Human, name: str) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not kept."""
    secret = KEY_PREFIX + gateway.ids.secret()
    key = accounts.ApiKey(
        id=gateway.ids.uuid(),
        org_id=human.org_id,
        name=name,
        prefix=secret[:SHOWN_CHARACTERS],
        created_at=gateway.clock.now(),
        last_used_at=None,
        revoked_at=None,
    )
    await gateway.database.write(
        lambda connection: accounts.add_key(connection, key=key, key_hash=secret_hash(secret), created_by=human.user_id)
    )
    return key, secret


async def revoke_key(gateway: Gateway, human: Human, key_id: str) -> bool:
    """Whether there was such a key. Its requests end with it, and so do its sessions."""
    return await end_key(gateway, human.org_id, key_id)


async def end_key(gateway: Gateway, org_id: str, key_id: str) -> bool:
    """Whether an organisation's key, or a client's connection, lived until now."""
    now = gateway.clock.now()

    def write(connection: Connection) -> tuple[bool, list[ApprovalRequest]]:
        if not accounts.revoke_key(connection, org_id=org_id, key_id=key_id, now=now):
            return False, []
        ended = approvals.end_live(connection, org_id=org_id, api_key_id=key_id, reason="key_revoked", now=now)
        audit.complete_requests(
            connection, [request.id for request in ended], outcome="expired", now=now, detail="key_revoked"
        )
        return True, ended

    revoked, ended = await gateway.database.write(write)
    if revoked:
        gateway.keys.revoke(key_id)
        for announce in gateway.announcements.key_revoked:
            announce(key_id)
        for request in ended:
            gateway.waits.tell(request)
    return revoked
