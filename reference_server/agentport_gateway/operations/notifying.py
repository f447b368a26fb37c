"""Telling webhooks: whatever is due is signed and sent, and tried again for a day when it is not taken."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.domain.notices import SECRET_PREFIX, next_try, signature
from agentport_gateway.store import notices
from agentport_gateway.store.database import StoreUnavailableError
from agentport_gateway.upstreams.fetching import FetchError, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agentport_gateway.domain.identity import Human
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.notices import DueNotice, Webhook

_LOGGER = logging.getLogger("agentport_gateway.notices")
_MOST_WEBHOOKS = 5
_AT_ONCE = 20
_CLAIM = timedelta(seconds=60)
_MOST_BYTES = 64 * 1024
_LOOK_SECONDS = 60.0
_REST_SECONDS = 0.05
_GONE = 410
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BadWebhookError(Exception):
    """The webhook cannot be had like this; the text says why."""


async def tell_all(gateway: Gateway) -> None:
    """Tell what is due, until cancelled. What is cut off is told again by whoever comes next."""
    sending: set[asyncio.Task[None]] = set()
    with gateway.waits.watching_all() as ear:
        try:
            while True:
                try:
                    seconds = await _tell_due(gateway, sending, ear.tell)
                except StoreUnavailableError:
                    _LOGGER.warning("the database did not answer; notices are told later")
                    seconds = _LOOK_SECONDS
                await ear.wait(seconds)
                # Busy organisations are news many times a second; one look serves them all.
                await asyncio.sleep(_REST_SECONDS)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)


async def _tell_due(gateway: Gateway, sending: set[asyncio.Task[None]], done: Callable[[], None]) -> float:
    """Begin to tell what is due; how long to rest until something else is."""
    now = gateway.clock.now()
    due = await gateway.database.read(notices.next_due)
    if due is None or due > now:
        return _LOOK_SECONDS if due is None else min(_LOOK_SECONDS, (due - now).total_seconds())
    room = _AT_ONCE - len(sending)
    claimed = await gateway.database.write(
        lambda connection: notices.claim(connection, now=now, until=now + _CLAIM, limit=room), durable=False
    )
    for one in claimed:
        task = asyncio.create_task(_tell(gateway, one))
        sending.add(task)
        task.add_done_callback(lambda ended: _ended(ended, sending, done))
    return 0.0 if claimed else _LOOK_SECONDS


def _ended(task: asyncio.Task[None], sending: set[asyncio.Task[None]], done: Callable[[], None]) -> None:
    sending.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOGGER.error("a notice was not told; it is tried again", exc_info=error)
    done()


async def _tell(gateway: Gateway, one: DueNotice) -> None:
    fault, gone = await _send(gateway, one)
    now = gateway.clock.now()
    if not fault:
        await gateway.database.write(lambda connection: notices.told(connection, one, now=now), durable=False)
    elif gone:
        await gateway.database.write(lambda connection: notices.disable(connection, one.webhook_id, fault=fault))
    else:
        rest = next_try(one.tries)
        again_at = None if rest is None else now + rest
        await gateway.database.write(
            lambda connection: notices.failed(connection, one, fault=fault, again_at=again_at), durable=False
        )


async def _send(gateway: Gateway, one: DueNotice) -> tuple[str, bool]:
    """What was wrong, if anything, and whether the webhook's owner says that it is gone."""
    moment = int(gateway.clock.now().timestamp())
    told = json.loads(one.body)
    if "id" in told["data"]:
        told["data"]["approval_url"] = gateway.approval_url(told["data"]["id"])
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    try:
        secret = gateway.sealer.open(one.secret)
    except UnsealError as error:
        return str(error), False
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "agentport-gateway",
        "webhook-id": one.id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(secret, one.id, moment, body),
    }
    try:
        answer = await fetch(
            gateway.settings, httpx2.Request("POST", one.url, content=body, headers=headers), most=_MOST_BYTES
        )
    except FetchError as error:
        return str(error), False
    if 200 <= answer.status_code < 300:
        return "", False
    return f"it answered HTTP {answer.status_code}", answer.status_code == _GONE


async def add(gateway: Gateway, human: Human, url: str) -> tuple[Webhook, str]:
    """A new webhook and the secret that its notices are signed with, shown this once. Raises BadWebhookError."""
    _check(url)
    secret = _new_secret()
    webhook = notices.Webhook(
        id=gateway.ids.uuid(),
        org_id=human.org_id,
        url=url,
        secret=gateway.sealer.seal(secret),
        enabled=True,
        created_at=gateway.clock.now(),
    )
    if not await gateway.database.write(
        lambda connection: notices.add_webhook(connection, webhook, most=_MOST_WEBHOOKS)
    ):
        raise BadWebhookError(f"an organisation has at most {_MOST_WEBHOOKS} webhooks")
    return webhook, secret


async def webhooks_of(gateway: Gateway, org_id: str) -> Sequence[Webhook]:
    """The organisation's webhooks."""
    return await gateway.database.read(lambda connection: notices.webhooks_of(connection, org_id))


async def renew_secret(gateway: Gateway, human: Human, webhook_id: str) -> str | None:
    """A new secret in place of the old one; None when there is no such webhook."""
    secret = _new_secret()
    sealed = gateway.sealer.seal(secret)
    changed = await gateway.database.write(
        lambda connection: notices.change_webhook(connection, org_id=human.org_id, webhook_id=webhook_id, secret=sealed)
    )
    return secret if changed else None


async def enable(gateway: Gateway, human: Human, webhook_id: str, *, enabled: bool) -> bool:
    """Whether there was such a webhook to switch on or off."""
    return await gateway.database.write(
        lambda connection: notices.change_webhook(
            connection, org_id=human.org_id, webhook_id=webhook_id, enabled=enabled
        )
    )


async def remove(gateway: Gateway, human: Human, webhook_id: str) -> bool:
    """Whether there was such a webhook to remove."""
    return await gateway.database.write(
        lambda connection: notices.remove_webhook(connection, org_id=human.org_id, webhook_id=webhook_id)
    )


async def try_out(gateway: Gateway, human: Human, webhook_id: str) -> bool:
    """Send a notice that means nothing; whether there was such a webhook."""
    if all(one.id != webhook_id for one in await webhooks_of(gateway, human.org_id)):
        return False
    now = gateway.clock.now()
    instant = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": "webhook.test", "timestamp": instant, "data": {}})
    notice = f"test.{gateway.ids.uuid()}"
    await gateway.database.write(
        lambda connection: notices.leave(connection, webhook_id, notice=notice, body=body, now=now)
    )
    gateway.waits.stir(human.org_id)
    return True


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadWebhookError("this is not a URL") from error
    if len(url) > 2000 or not url.isascii() or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise BadWebhookError("a URL has at most 2000 characters, and no blanks or others than ASCII")
    if not parts.hostname or parts.username is not None or parts.password is not None or "#" in url:
        raise BadWebhookError("a webhook's URL has a host, and no user name or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise BadWebhookError("a webhook's URL begins with https://")
