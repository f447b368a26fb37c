"""The key is a key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill, key_line
from agentport_harness.setups.sent import credentials_of, resolved
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.variables import foreign

_PLACEHOLDER = re.compile(
    r"(?i)your|<[^>]*>|\.\.\.|\u2026|x{4,}|\*{3,}|_here\b|placeholder|change_?me|replace|insert|api[ _-]?key$|^ap_$"
)


@setup_check(
    "DR207",
    level="MUST",
    why="The gateway refuses what is not the whole key, and nothing else: the answer is 401.",
    mend="Copy the key whole from the Connect page, or make a new one there.",
)
def credential_whole(setup: Setup) -> Iterator[Sight]:
    """The key is neither empty nor a placeholder, and has no blanks, quotes or line ends around it."""
    where = setup.client.credentials
    for entry in setup.entries:
        for header in credentials_of(setup, entry):
            value = resolved(setup, header)
            if value is None or (header.how == "text" and foreign(header.text, where.syntax, "")):
                continue  # a variable that is not set is DR209, one that is misspelt DR208
            wrong, clean = _wrong(value)
            if not wrong:
                yield Sound()
                continue
            what = f"the variable {header.variables[0]}" if header.variables else "the key"
            fault = fault_at(
                header.part, header.key[len(header.part.key) :], f"{what} {wrong}",
                expected="the key as the gateway gave it" if header.variables else key_line(setup),
            )  # fmt: skip
            mendable = clean and not header.variables
            yield ill(fault, header.part, Put(key=header.key, value=clean)) if mendable else fault


def _wrong(value: str) -> tuple[str, str]:
    """What is wrong with a key in words, and the key as it was meant where that can be told."""
    scheme, blank, rest = value.partition(" ")
    key = rest if blank and scheme.casefold() == "bearer" else value
    if not key.strip():
        return "is empty", ""
    if _PLACEHOLDER.search(key):
        return "is a placeholder", ""
    clean = key.strip().strip("\"'").strip()
    if clean != key:
        return "has blanks, quotes or a line end around it", value.replace(key, clean)
    if any(character.isspace() or ord(character) < 32 for character in key):
        return "has blanks in it", ""
    return ("has letters in it that no header can carry", "") if not key.isascii() else ("", "")
