"""A human's second factor: codes as an authenticator shows them, each given as often as the gateway takes it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from agentport_harness.core.errors import InputError

T = TypeVar("T")
STEP = 30
"""Seconds that a code is shown, where the secret says nothing else."""
PACE = 90.0
"""Seconds that a decision may wait for its code: the next one, and one more where that was refused."""


class SecondFactor:
    """Codes of a secret. Raises `InputError` for one that is none; the error does not quote it."""

    def __init__(
        self,
        secret: str,
        *,
        at: str = "",
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        import pyotp

        try:
            given = secret.strip()
            known = pyotp.parse_uri(given) if given.startswith("otpauth:") else pyotp.TOTP(given.replace(" ", ""))
            known.byte_secret()
        except ValueError:
            known = None
        if not isinstance(known, pyotp.TOTP):
            raise InputError(
                "bad-second-factor",
                "this is no secret of an authenticator",
                at=at,
                hint="base32, at least 23 letters and digits as shown when it was set up, or the URL with otpauth://",
            )
        self._codes = known
        self._now, self._sleep = now, sleep
        self._turn = anyio.Lock()
        self._last = 0
        self._once = False
        self.refused = False
        """Whether fresh codes are refused, as with the secret of somebody else."""

    async def code(self) -> str:
        """A code that was not given before."""
        async with self._turn:
            await self._after(self._last)
            self._last = self._step()
            return self._codes.generate_otp(self._last)

    async def confirm(self, send: Callable[[str], Awaitable[T]], is_refused: Callable[[T], bool]) -> T:
        """What ``send`` is answered with a code. One that was refused is followed by the next.

        A code is given again within its time until a gateway is seen to take each but once.
        """
        async with self._turn:
            if self._once:
                await self._after(self._last)
            again = self._step() == self._last
            answer = await self._given(send)
            if is_refused(answer) and not self.refused:
                self._once = self._once or again
                await self._after(self._last)
                answer = await self._given(send)
                self.refused = is_refused(answer)
            return answer

    async def _given(self, send: Callable[[str], Awaitable[T]]) -> T:
        self._last = self._step()
        return await send(self._codes.generate_otp(self._last))

    async def _after(self, step: int) -> None:
        while self._step() <= step:
            await self._sleep(max((step + 1) * self._codes.interval - self._now(), 0.01))

    def _step(self) -> int:
        return int(self._now()) // self._codes.interval
