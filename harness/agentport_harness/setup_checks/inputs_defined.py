"""What VS Code is to ask for is defined."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_object
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.sent import headers_of
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.variables import PROMPT


@setup_check(
    "DR213",
    level="MUST",
    why="VS Code cannot start a server whose header names an input that is not defined.",
    mend='Define it in the same file: "inputs": [{"type": "promptString", "id": "…", "password": true}].',
)
def inputs_defined(setup: Setup) -> Iterator[Sight]:
    """Every ``${input:…}`` of the entry is defined among the inputs of the same file."""
    for entry in setup.entries if setup.client.name == "vscode" else ():
        for header in headers_of(setup, entry):
            inputs = header.part.file.source.at(("inputs",))
            defined = {as_object(item).get("id") for item in inputs} if isinstance(inputs, list) else set()
            for name in re.findall(PROMPT, header.text):
                if name in defined:
                    yield Sound()
                    continue
                made = {"type": "promptString", "id": name, "description": "AgentPort API key", "password": True}
                fault = fault_at(
                    header.part, header.key[len(header.part.key) :], f"the input {name!r} is not defined",
                    expected=f'an input with "id": "{name}"', evidence=name,
                )  # fmt: skip
                cured = ill(fault, header.part, Put(key=("inputs",), value=[made]))
                yield fault if isinstance(inputs, list) else cured
