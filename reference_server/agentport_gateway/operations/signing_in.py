"""Signing in: a password, the second factor where there is one, and a limit on guessing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import SIGN_IN_PREFIX, password_fits, password_hash, secret_hash
from agentport_gateway.domain.identity import Human
from agentport_gateway.operations.confirming import FAILURES, LOCK, is_locked
from agentport_gateway.store import accounts, browser_sessions
from agentport_gateway.store.browser_sessions import BrowserSession
from agentport_gateway.store.news import announce

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Origin
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.accounts import User

_CODE_TIME = timedelta(minutes=10)


class WrongPasswordError(Exception):
    """No such person, or not their password: the two are not told apart."""


class TooManyAttemptsError(Exception):
    """The account is locked for a while, or this address has guessed too often."""


@cache
def _nobodys_hash() -> str:
    return password_hash("nobody has this password")


async def check_password(gateway: Gateway, *, email: str, password: str, address: str) -> User:
    """The person with this email and password. Raises WrongPasswordError or TooManyAttemptsError."""
    user = await gateway.database.read(lambda connection: accounts.user_by_email(connection, email.lower()))
    if user is not None and is_locked(user, gateway.clock.now()):
        raise TooManyAttemptsError
    # Hashing is slow on purpose; more at once would only let guessers slow everybody else down.
    async with gateway.limits.hashing:
        # Looked up here, after those that waited before: guesses that are sent all at once are counted too.
        if await gateway.limits.exhausted("guess", address):
            raise TooManyAttemptsError
        # An unknown email costs the same time as a wrong password.
        hashed = user.password_hash if user is not None else await asyncio.to_thread(_nobodys_hash)
        fits = await asyncio.to_thread(password_fits, password, hashed)
        if user is None or not fits:
            await gateway.limits.admits("guess", address)
    if user is None:
        raise WrongPasswordError
    if not fits:
        user_id, now = user.id, gateway.clock.now()
        await gateway.database.write(
            lambda connection: accounts.note_failed_sign_in(connection, user_id, limit=FAILURES, lock=LOCK, now=now)
        )
        raise WrongPasswordError
    return user


async def sign_in_by_token(gateway: Gateway, user: User) -> tuple[str, timedelta]:
    """A bearer token for the REST API, and how long it lasts. Raises TooManyAttemptsError."""
    secret = SIGN_IN_PREFIX + gateway.ids.secret()
    lifetime, now = timedelta(hours=gateway.settings.sign_in_hours), gateway.clock.now()

    def write(connection: Connection) -> None:
        _refuse_locked(gateway, connection, user.id)
        accounts.sign_in(connection, user_id=user.id, token_hash=secret_hash(secret), now=now, lifetime=lifetime)

    await gateway.database.write(write)
    return secret, lifetime


async def sign_in_by_browser(
    gateway: Gateway, user: User, origin: Origin, *, confirmed: bool = False, instead_of: BrowserSession | None = None
) -> tuple[str, BrowserSession]:
    """A new secret for the browser's cookie and its session, whatever the browser held before.

    Unless `confirmed`, the session of a person with a second factor only awaits its code. Raises
    TooManyAttemptsError: guesses that were under way when the account locked do not count, not even a right one.
    """
    secret, now = gateway.ids.secret(), gateway.clock.now()
    awaits_code = user.totp_enabled and not confirmed
    lifetime = _CODE_TIME if awaits_code else timedelta(hours=gateway.settings.sign_in_hours)
    session = BrowserSession(
        id=gateway.ids.uuid(),
        user_id=user.id,
        awaits_code=awaits_code,
        browser=origin.client or "",
        address=origin.address or "",
        created_at=now,
        expires_at=now + lifetime,
    )

    def write(connection: Connection) -> None:
        _refuse_locked(gateway, connection, user.id)
        if not awaits_code:
            accounts.forget_failures(connection, user.id)
        if instead_of is not None:
            browser_sessions.end(connection, instead_of.id, user_id=user.id)
        browser_sessions.start(connection, session, token_hash=secret_hash(secret))

    await gateway.database.write(write)
    return secret, session


async def find_session(gateway: Gateway, secret: str) -> tuple[BrowserSession, User] | None:
    """The session of the browser that holds this secret, and whose it is."""
    hashed, now = secret_hash(secret), gateway.clock.now()

    def read(connection: Connection) -> tuple[BrowserSession, User] | None:
        session = browser_sessions.find(connection, hashed, now=now)
        user = None if session is None else accounts.user_by_id(connection, session.user_id)
        return None if session is None or user is None else (session, user)

    return await gateway.database.read(read)


async def sign_out(gateway: Gateway, human: Human, session_id: str) -> bool:
    """Whether this session of the person was there to end; their other tabs hear of it."""

    def write(connection: Connection) -> bool:
        announce(connection, "pages", human.org_id)
        return browser_sessions.end(connection, session_id, user_id=human.user_id)

    ended = await gateway.database.write(write)
    gateway.waits.stir(human.org_id)
    return ended


async def sign_out_elsewhere(gateway: Gateway, human: Human, but: str | None) -> None:
    """End the person's other browser sessions and every bearer token."""

    def write(connection: Connection) -> None:
        browser_sessions.end_others(connection, human.user_id, but=but)
        accounts.end_sign_ins(connection, human.user_id)
        announce(connection, "pages", human.org_id)

    await gateway.database.write(write)
    gateway.waits.stir(human.org_id)


async def change_password(gateway: Gateway, human: Human, *, old: str, new: str, address: str, session_id: str) -> None:
    """Set a new password; whoever is signed in elsewhere is not any more.

    Raises WrongPasswordError or TooManyAttemptsError.
    """
    user = await check_password(gateway, email=human.email, password=old, address=address)
    async with gateway.limits.hashing:
        hashed = await asyncio.to_thread(password_hash, new)

    def write(connection: Connection) -> None:
        _refuse_locked(gateway, connection, user.id)
        accounts.set_password(connection, user.id, hashed)
        browser_sessions.end_others(connection, user.id, but=session_id)
        accounts.end_sign_ins(connection, user.id)
        announce(connection, "pages", user.org_id)

    await gateway.database.write(write)
    gateway.waits.stir(human.org_id)


def human_of(user: User) -> Human:
    """The person as the operations know them."""
    return Human(org_id=user.org_id, user_id=user.id, email=user.email, has_second_factor=user.totp_enabled)


def _refuse_locked(gateway: Gateway, connection: Connection, user_id: str) -> None:
    user = accounts.user_by_id(connection, user_id)
    if user is None or is_locked(user, gateway.clock.now()):
        raise TooManyAttemptsError
