"""A human's hands by commands of the user's own, for gateways that only their author knows how to drive."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping

import anyio

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.transcript import Deed, Mode
from agentport_harness.transports.adapter import AuthMethod, Decided, Key, Skill

LIMIT = 30.0
"""Seconds that one command may take."""
_DEEDS: Mapping[Deed, str] = {"approves": "approve", "always_allows": "allow_tool", "denies": "deny"}
_NEEDED: Mapping[Skill, tuple[str, ...]] = {
    "decide": ("approve", "deny"),
    "mode": ("set_mode",),
    "install": ("install", "uninstall"),
    "expiry": ("set_expiry",),
    "keys": ("make_key", "revoke_key"),
}
VALUES = ("request_id", "integration_id", "tool", "mode", "name", "url", "seconds", "key_id")
"""What stands in braces in a template; each is quoted for the shell where it is put."""


async def run_command(template: str, values: Mapping[str, str]) -> tuple[int, str]:
    """Run a template with ``sh -c``; its exit code and what it printed. Raises `UnreachableError` on time-out."""
    command = template
    for name, value in values.items():
        command = command.replace(f"{{{name}}}", shlex.quote(value))
    try:
        with anyio.fail_after(LIMIT):
            done = await anyio.run_process(
                ["/bin/sh", "-c", command], check=False, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT
            )
    except TimeoutError:
        raise UnreachableError("adapter-refused", f"the command did not end in {LIMIT:.0f} s: {template}") from None
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


class CommandAdapter:
    """As much of `GatewayAdapter` as there are templates for: approve, deny, allow_tool, set_mode, install and so on.

    A command that fails is a refusal. ``install`` prints the integration's id, ``make_key`` the key's id and secret.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = dict(templates)

    @property
    def can(self) -> frozenset[Skill]:
        return frozenset(skill for skill, names in _NEEDED.items() if all(name in self._templates for name in names))

    async def try_decide(self, request_id: str, deed: Deed) -> Decided:
        name = _DEEDS[deed]
        if name not in self._templates:
            raise UnreachableError(
                "adapter-refused", f"there is no command for this decision (--{name.replace('_', '-')}-cmd)"
            )
        code, printed = await run_command(self._templates[name], {"request_id": request_id})
        return Decided(accepted=code == 0, text=printed)

    async def decide(self, request_id: str, deed: Deed) -> None:
        decided = await self.try_decide(request_id, deed)
        if not decided.accepted:
            raise UnreachableError("adapter-refused", f"the decision was refused: {decided.text[:300]}")

    async def set_mode(self, integration_id: str, tool: str, mode: Mode) -> None:
        await self._run("set_mode", integration_id=integration_id, tool=tool, mode=mode)

    async def install(self, name: str, url: str, *, auth_method: AuthMethod = "none") -> str:
        return await self._run("install", name=name, url=url, auth_method=auth_method) or name

    async def uninstall(self, integration_id: str) -> None:
        await self._run("uninstall", integration_id=integration_id)

    async def set_expiry(self, seconds: float | None) -> None:
        await self._run("set_expiry", seconds="" if seconds is None else f"{seconds:.0f}")

    async def make_key(self, name: str) -> Key:
        words = (await self._run("make_key", name=name)).split()
        if len(words) != 2:
            raise UnreachableError("adapter-refused", "the command that makes a key prints its id and its secret")
        return Key(id=words[0], secret=words[1])

    async def revoke_key(self, key_id: str) -> None:
        await self._run("revoke_key", key_id=key_id)

    async def _run(self, name: str, /, **values: str) -> str:
        code, printed = await run_command(self._templates[name], values)
        if code:
            raise UnreachableError("adapter-refused", f"the command for {name} failed ({code}): {printed[:300]}")
        return printed
