"""No key lies in a repository."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at, key_line
from agentport_harness.setups.sent import credentials_of
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR211",
    level="MUST",
    why="Everybody who gets the repository gets the key, in its history too.",
    mend="Name a variable in its place, and make a new key: the old one is known. --fix leaves this to you, since it "
    "would take away the only copy.",
)
def key_not_committed(setup: Setup) -> Iterator[Sight]:
    """Files in a git repository name variables, and not the key itself.

    Of a project's files it is enough that git would take them; of your own, that it has them.
    """
    for entry in setup.entries:
        for header in credentials_of(setup, entry):
            if not header.part.file.committed:
                continue
            if not header.is_literal:
                yield Sound()
                continue
            yield fault_at(
                header.part, header.key[len(header.part.key) :], "the key itself stands in a file of a repository",
                expected=key_line(setup),
            )  # fmt: skip
