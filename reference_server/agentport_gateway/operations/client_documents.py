"""Client id metadata documents: a client whose id is the address of what it says about itself."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from agentport_gateway.upstreams.fetching import FetchError, fetch

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.gateway import Gateway

_MOST_BYTES = 10_000
_MOST_ID = 300
_MOST_KEPT = 200
_KEPT = timedelta(minutes=5)


class DocumentError(Exception):
    """The address gives no usable document; the text says why."""


class ClientDocuments:
    """The documents of the last minutes, good and bad: an address is asked once in that time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[datetime, dict[str, Any] | DocumentError]] = OrderedDict()
        self._fetching = asyncio.Semaphore(4)

    async def find(self, gateway: Gateway, client_id: str, address: str) -> dict[str, Any]:
        """What the client says about itself, for somebody at an address. Raises DocumentError."""
        check_address(client_id)
        now = gateway.clock.now()
        kept = self._kept.get(client_id)
        if kept is None or now - kept[0] >= _KEPT:
            if not await gateway.limits.admits("fetch", address):
                raise DocumentError("too many were asked for from your address: try later")
            async with self._fetching:
                try:
                    found: dict[str, Any] | DocumentError = await _read(gateway, client_id)
                except DocumentError as error:
                    found = error
            kept = self._kept[client_id] = (now, found)
            self._kept.move_to_end(client_id)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        if isinstance(kept[1], DocumentError):
            raise kept[1]
        return kept[1]


def is_address(client_id: str) -> bool:
    """Whether a client id is meant as the address of a document."""
    return client_id.startswith("https://")


def check_address(client_id: str) -> None:
    """Refuse an address that no client may have. Raises DocumentError."""
    try:
        parts = urlsplit(client_id)
        _ = parts.port
    except ValueError as error:
        raise DocumentError("the client id is not a URL") from error
    plain = client_id.isascii() and not any(ord(character) <= 32 or character in '\\"<>' for character in client_id)
    dots = {".", ".."} & set(parts.path.split("/"))
    if not (plain and len(client_id) <= _MOST_ID and parts.hostname and len(parts.path) > 1) or dots:
        raise DocumentError("the client id is not a plain https URL with a path")
    if parts.username is not None or parts.password is not None or "#" in client_id:
        raise DocumentError("the client id has a user name or a fragment")


async def _read(gateway: Gateway, client_id: str) -> dict[str, Any]:
    try:
        answer = await fetch(
            gateway.settings, httpx2.Request("GET", client_id, headers={"Accept": "application/json"}), most=_MOST_BYTES
        )
    except FetchError as error:
        raise DocumentError(f"the client's document cannot be read: {error}") from error
    if answer.status_code != 200:
        raise DocumentError(f"the client's document cannot be read: HTTP {answer.status_code}")
    try:
        document = json.loads(answer.content)
    except ValueError as error:
        raise DocumentError("the client's document is not JSON") from error
    if not isinstance(document, dict):
        raise DocumentError("the client's document is not an object")
    if document.get("client_id") != client_id:
        raise DocumentError("the client's document is about another client")
    if document.get("token_endpoint_auth_method", "none") != "none" or "client_secret" in document:
        raise DocumentError("the client's document asks for a secret, which nobody could keep")
    return document
