"""What a harness needs of a gateway beside the agent's credential: to install, set modes, and decide as a human."""

from __future__ import annotations

from typing import Protocol

from agentport_harness.core.transcript import Deed, Mode


class Adapter(Protocol):
    """The human's and administrator's side of one gateway."""

    async def install(self, name: str, url: str) -> str:
        """Install the MCP server at ``url`` and return the id it has in the gateway."""

    async def uninstall(self, integration_id: str) -> None:
        """Remove what `install` added."""

    async def set_mode(self, integration_id: str, tool: str, mode: Mode) -> None:
        """Set a tool's mode."""

    async def set_expiry(self, seconds: float | None) -> None:
        """Set how long requests stay open, None for the gateway's default."""

    async def decide(self, request_id: str, deed: Deed) -> None:
        """Decide a request as a human."""
