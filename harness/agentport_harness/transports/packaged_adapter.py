"""Adapters that packages offer by an entry point; whatever one raises is said as a sentence about it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from agentport_harness.core.errors import HarnessError, InputError, UnreachableError
from agentport_harness.transports.embedded import Gateway

ADAPTERS = "agentport_conformance.adapters"
"""The entry point group in which packages offer adapters: ``async with load(gateway: Gateway) as adapter``."""
BUILT_IN = ("agentport", "command", "terminal")


class Guarded:
    """An adapter with all that it has; a call of it that fails in its own way is a refusal."""

    def __init__(self, adapter: Any, name: str) -> None:
        self._adapter = adapter
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._adapter, attribute)
        return self._guarded(value, attribute) if callable(value) else value

    def _guarded(self, method: Callable[..., Awaitable[Any]], said: str) -> Callable[..., Awaitable[Any]]:
        async def call(*given: Any, **named: Any) -> Any:
            try:
                return await method(*given, **named)
            except HarnessError:
                raise
            except Exception as error:  # noqa: BLE001 whatever a package raises
                raise UnreachableError(
                    "adapter-refused", f"the adapter {self._name!r} failed to {said}: {error!r}"
                ) from None

        return call


@asynccontextmanager
async def packaged(name: str, gateway: Gateway) -> AsyncIterator[Guarded]:
    """The adapter of that name. Raises `InputError` where no package offers it, `UnreachableError` where it fails."""
    offered = {entry.name: entry for entry in importlib.metadata.entry_points(group=ADAPTERS)}
    if name not in offered:
        known = ", ".join((*BUILT_IN, *sorted(offered)))
        raise InputError("unknown-adapter", f"no adapter {name!r}: choose one of {known}", at="--adapter")
    try:
        opening = offered[name].load()(gateway)
    except Exception as error:  # noqa: BLE001 whatever a package does when it is imported
        raise InputError("bad-adapter", f"{name} cannot be loaded: {error!r}", at="--adapter") from None
    try:
        adapter = await opening.__aenter__()
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 whatever it does when it signs in
        raise UnreachableError("no-adapter", f"the adapter {name!r} did not start: {error!r}") from None
    try:
        yield Guarded(adapter, name)
    finally:
        await opening.__aexit__(None, None, None)
