"""A file with a key is private."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.sent import credentials_of
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR212",
    level="SHOULD",
    why="Everybody who has an account on this machine can read the key.",
    mend="Take the others' permission away: chmod 600.",
)
def key_file_private(setup: Setup) -> Iterator[Sight]:
    """A file of yours in which the key itself stands can be read by you alone."""
    if setup.system == "windows":
        return
    seen: set[str] = set()
    for entry in setup.entries:
        for header in credentials_of(setup, entry):
            file = header.part.file
            if not header.is_literal or file.committed or file.path in seen or not file.place.yours:
                continue
            seen.add(file.path)
            if not file.mode & 0o077:
                yield Sound()
                continue
            fault = Fault(
                path=file.path, line=header.line, expected=f"chmod 600 {file.path}",
                message="the key stands in a file that others on this machine can read",
                evidence=f"mode {file.mode:o}",
            )  # fmt: skip
            yield Ill(fault=fault, cure=Cure(file=file, mode=0o600))
