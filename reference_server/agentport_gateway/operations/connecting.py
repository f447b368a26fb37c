"""Connecting a client by OAuth: a person allows it, a code becomes a connection, its tokens are rotated."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import ACCESS_PREFIX, CODE_PREFIX, REFRESH_PREFIX, secret_hash
from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.operations.configuring import end_key
from agentport_gateway.store import oauth
from agentport_gateway.store.accounts import ApiKey

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Human
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.oauth import Code, Token

_ASKING = "agentport consent"
_CONSENT_TIME = timedelta(minutes=10)
_CODE_TIME = timedelta(minutes=1)
ACCESS_TIME = timedelta(hours=1)
_REFRESH_TIME = timedelta(days=30)
_MOST_NAME = 200


class StaleWishError(Exception):
    """What the client asked for is not this gateway's any more, or was asked too long ago."""


class SpentError(Exception):
    """The code or the refresh token was used before, or its time is up. What came of it has been ended."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants a person to allow, and where the answer goes."""

    client_id: str
    redirect_uri: str
    redirect_given: bool
    challenge: str
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTokens:
    """What a client is given: both are shown this once and kept as hashes."""

    access: str
    refresh: str


def seal_wish(gateway: Gateway, wish: Wish) -> str:
    """The wish as the consent page carries it: nobody else can make one, and nothing is stored for it."""
    until = int((gateway.clock.now() + _CONSENT_TIME).timestamp())
    return gateway.sealer.seal(json.dumps([_ASKING, until, *astuple(wish)], separators=(",", ":")))


def open_wish(gateway: Gateway, sealed: str) -> Wish:
    """The wish. Raises StaleWishError."""
    try:
        asking, until, client_id, redirect_uri, redirect_given, challenge, state = json.loads(
            gateway.sealer.open(sealed)
        )
    except (UnsealError, ValueError, TypeError) as error:
        raise StaleWishError from error
    # Other things are sealed with the same key.
    if asking != _ASKING or gateway.clock.now() >= datetime.fromtimestamp(until, UTC):
        raise StaleWishError
    return Wish(client_id, redirect_uri, redirect_given, challenge, state)


async def allow(gateway: Gateway, human: Human, wish: Wish) -> str:
    """The code that a person's consent gives the client; good once, for a minute."""
    code, now = CODE_PREFIX + gateway.ids.secret(), gateway.clock.now()
    granted = oauth.Code(
        code_hash=secret_hash(code),
        client_id=wish.client_id,
        org_id=human.org_id,
        user_id=human.user_id,
        redirect_uri=wish.redirect_uri,
        redirect_given=wish.redirect_given,
        challenge=wish.challenge,
        resource=gateway.mcp_url,
        expires_at=now + _CODE_TIME,
    )
    await gateway.database.write(lambda connection: oauth.add_code(connection, granted, now=now))
    return code


async def find_code(gateway: Gateway, client_id: str, code: str) -> Code | None:
    """The code, if it is this client's and can still be exchanged. Showing a spent one ends what came of it."""
    hashed = secret_hash(code)
    found = await gateway.database.read(lambda connection: oauth.find_code(connection, hashed))
    if found is None or found.client_id != client_id:
        return None
    if found.connection_id is not None:
        await end_key(gateway, found.org_id, found.connection_id)
        return None
    return found if gateway.clock.now() < found.expires_at else None


async def exchange_code(gateway: Gateway, code: Code, client_name: str) -> IssuedTokens:
    """The first tokens of a new connection. Raises SpentError."""
    now, connection_id, tokens = gateway.clock.now(), gateway.ids.uuid(), _new_tokens(gateway)
    key = ApiKey(
        id=connection_id,
        org_id=code.org_id,
        name=client_name[:_MOST_NAME],
        prefix=f"oauth:{connection_id[:6]}",
        created_at=now,
        last_used_at=None,
        revoked_at=None,
    )

    def write(connection: Connection) -> bool:
        if not oauth.spend_code(connection, code, key=key, now=now):
            return False
        _keep(connection, tokens, connection_id, now)
        return True

    if not await gateway.database.write(write):
        spent = await gateway.database.read(lambda connection: oauth.find_code(connection, code.code_hash))
        if spent is not None and spent.connection_id is not None:
            await end_key(gateway, spent.org_id, spent.connection_id)
        raise SpentError
    return tokens


async def find_token(gateway: Gateway, secret: str) -> Token | None:
    """The access or refresh token with this text, while it or its connection lives; a spent one too."""
    hashed, now = secret_hash(secret), gateway.clock.now()
    return await gateway.database.read(lambda connection: oauth.find_token(connection, hashed, now=now))


async def rotate(gateway: Gateway, token: Token, secret: str) -> IssuedTokens:
    """New tokens for a refresh token, which is spent by it. Raises SpentError when it was spent before."""
    now, hashed, tokens = gateway.clock.now(), secret_hash(secret), _new_tokens(gateway)

    def write(connection: Connection) -> bool:
        if not oauth.spend_token(connection, hashed, now=now):
            return False
        _keep(connection, tokens, token.connection_id, now)
        return True

    if not await gateway.database.write(write):
        # Two hold the same token, and one of them is a thief: neither goes on.
        await end_key(gateway, token.org_id, token.connection_id)
        raise SpentError
    return tokens


def _new_tokens(gateway: Gateway) -> IssuedTokens:
    return IssuedTokens(
        access=ACCESS_PREFIX + gateway.ids.secret(),
        refresh=REFRESH_PREFIX + gateway.ids.secret(),
    )


def _keep(connection: Connection, tokens: IssuedTokens, connection_id: str, now: datetime) -> None:
    kinds: tuple[tuple[oauth.TokenKind, str, timedelta], ...] = (
        ("access", tokens.access, ACCESS_TIME),
        ("refresh", tokens.refresh, _REFRESH_TIME),
    )
    for kind, secret, lifetime in kinds:
        oauth.add_token(
            connection,
            token_hash=secret_hash(secret),
            connection_id=connection_id,
            kind=kind,
            expires_at=now + lifetime,
            now=now,
        )
