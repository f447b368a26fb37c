"""Codex leaves approval to the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_object
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Setup
from agentport_harness.surfaces.names import PREFIX

_SETTING = "default_tools_approval_mode"
_MODES = ("auto", "prompt", "writes", "approve")


@setup_check(
    "DR301",
    level="MUST",
    why="Codex has an approval of its own. Left on, every call is asked about twice, and `codex exec`, which cannot "
    "ask, refuses every tool that is not marked read-only.",
    mend='Set default_tools_approval_mode = "approve" in the server\'s own section. The gateway goes on to enforce '
    "each tool's mode.",
)
def codex_approval_mode(setup: Setup) -> Iterator[Sight]:
    """Codex passes the gateway's tools on without asking: the gateway asks.

    A mode that is set for a single tool is left alone.
    """
    for entry in setup.entries if setup.client.name == "codex" else ():
        mode = entry.table.get(_SETTING)
        if mode == "approve" or _tool_by_tool(entry):
            yield Sound()
            continue
        part = entry.part(_SETTING)
        if mode is None:
            message = f"{_SETTING} is missing: Codex asks about every call itself, and `codex exec` refuses it"
        elif mode in _MODES:
            message = f"{_SETTING} is {mode!r}: Codex asks about calls itself, and `codex exec` refuses them"
        else:
            message = f"{_SETTING} is none of {', '.join(_MODES)}: Codex does not start"
        fault = fault_at(part, (_SETTING,), message, expected=f'{_SETTING} = "approve"', evidence=str(mode or ""))
        yield ill(fault, part, Put(key=(*part.key, _SETTING), value="approve"))


def _tool_by_tool(entry: Entry) -> bool:
    """Whether the two tools that block are let through one by one."""
    tools = as_object(entry.table.get("tools"))
    return all(
        as_object(tools.get(f"{PREFIX}{name}")).get("approval_mode") == "approve"
        for name in ("call_tool", "await_approval")
    )
