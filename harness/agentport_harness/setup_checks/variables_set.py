"""Variables that the entry names are set."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.sent import headers_of
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.variables import NAME_ALONE


@setup_check(
    "DR209",
    level="SHOULD",
    why="A client started where the variable is not set sends no key, or an empty one: the gateway answers 401.",
    mend="Set the variable where the client is started, in the profile of your shell for one.",
)
def variables_set(setup: Setup) -> Iterator[Sight]:
    """The variables that hold the key are set in the environment in which this check runs."""
    for entry in setup.entries:
        for header in headers_of(setup, entry):
            for name in header.variables:
                if not NAME_ALONE.fullmatch(name) or name.startswith("ap_"):
                    continue  # what is no variable's name is DR210
                if setup.environment.get(name):
                    yield Sound()
                    continue
                yield fault_at(
                    header.part, header.key[len(header.part.key) :],
                    f"the variable {name} is {'empty' if name in setup.environment else 'not set'} here",
                    expected=f"export {name}=ap_\u2026 where {setup.client.command} is started", evidence=name,
                )  # fmt: skip
