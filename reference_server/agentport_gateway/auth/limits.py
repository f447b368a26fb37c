"""How often an address may guess, or ask for what costs something although nobody is signed in yet.

Counted in the database, so that the limit is the same however many workers share it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from agentport_gateway.store import address_counts

if TYPE_CHECKING:
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.store.database import Database

What = Literal["guess", "register", "fetch", "authorize"]

_HOUR = timedelta(hours=1)
_LIMITS: dict[What, tuple[int, timedelta]] = {
    "guess": (30, timedelta(minutes=5)),
    "register": (60, _HOUR),
    "fetch": (60, _HOUR),
    "authorize": (600, _HOUR),
}
_NETWORK_BITS = 64
_HASHES_AT_ONCE = 2


class Limits:
    """What each address did since its window opened. A locked account is counted with the account itself."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        """Held while a password is hashed."""

    async def exhausted(self, what: What, address: str) -> bool:
        """Whether the address has to wait."""
        most, _ = _LIMITS[what]
        who, now = counted_as(address), self._clock.now()
        return await self._database.read(lambda found: address_counts.find(found, what, who, now=now)) >= most

    async def admits(self, what: What, address: str) -> bool:
        """Whether the address may do it once more; if so, it is counted."""
        # Who has to wait costs a look only.
        if await self.exhausted(what, address):
            return False
        most, window = _LIMITS[what]
        who, now = counted_as(address), self._clock.now()
        return (
            await self._database.write(
                lambda connection: address_counts.add(connection, what, who, now=now, window=window), durable=False
            )
            <= most
        )


def counted_as(address: str) -> str:
    """The address, or the network of it that one guesser commands: with IPv6 it is 64 bits wide."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(given, ipaddress.IPv4Address):
        return str(given)
    if given.ipv4_mapped is not None:
        return str(given.ipv4_mapped)
    return str(ipaddress.ip_network((given, _NETWORK_BITS), strict=False))
