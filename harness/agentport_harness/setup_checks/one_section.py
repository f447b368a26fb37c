"""What is set for the gateway stands under one name."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Drop, Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Part, Setup


@setup_check(
    "DR104",
    level="MUST",
    why="Settings under a name that differs by a letter belong to no server: the approval mode, the key or the time "
    "limit is then missing, and newer versions of Codex refuse to start.",
    mend="Bring the settings under the server's own name.",
)
def one_section(setup: Setup) -> Iterator[Sight]:
    """Every setting for the gateway stands under the name of the server that it is for.

    A table under a similar name that has neither an address nor a command is a slip of the pen.
    """
    for piece in setup.fragments:
        name = piece.key[-1]
        server = next((entry for entry in setup.entries), None)
        if server is None:
            yield fault_at(
                piece, (), f"{'.'.join(piece.key)} has no address", evidence=name,
                expected=f"{setup.client.url_fields[0]} with the gateway's URL, which ends in /mcp",
            )  # fmt: skip
            continue
        says = ", ".join(piece.table) or "nothing"
        fault = fault_at(
            piece, (), f"{name!r} is not the server's name, which is {server.name!r}: what it says ({says}) has no "
            "effect", expected=f"these settings under {'.'.join(server.parts[0].key)}", evidence=name,
        )  # fmt: skip
        yield ill(fault, piece, *_merge(piece, server)) if _mergeable(piece, server) else fault
    if setup.entries and not setup.fragments:
        yield Sound()


def _mergeable(piece: Part, server: Entry) -> bool:
    here = server.parts[0].file.path == piece.file.path
    return here and not any(setting in server.parts[0].table for setting in piece.table)


def _merge(piece: Part, server: Entry) -> Iterator[Put | Drop]:
    for setting, value in piece.table.items():
        yield Put(key=(*server.parts[0].key, setting), value=value)
    yield Drop(key=piece.key)
