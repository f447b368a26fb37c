"""Settings are of the type that the client reads."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.sent import headers_of
from agentport_harness.setups.setup import Setup

_SWITCHES: dict[str, bool] = {"true": True, "false": False}


@setup_check(
    "DR106",
    level="MUST",
    why="Clients refuse a number in quotes: Codex does not start, Claude Code leaves the server out.",
    mend="Write numbers and true or false without quotes.",
)
def setting_types(setup: Setup) -> Iterator[Sight]:
    """Numbers are numbers, switches are true or false, and headers are texts."""
    for entry in setup.entries:
        looked = False
        for name in sorted((setup.client.numbers | setup.client.switches) & entry.table.keys()):
            looked = True
            value = entry.table[name]
            number = name in setup.client.numbers
            if (isinstance(value, int | float) and not isinstance(value, bool)) if number else isinstance(value, bool):
                yield Sound()
                continue
            part = entry.part(name)
            right = _right(value, number)
            fault = fault_at(
                part, (name,), f"{name} is {_what(value)} and has to be {'a number' if number else 'true or false'}",
                expected=f"{name} = {right}" if right is not None else ("a number" if number else "true or false"),
            )  # fmt: skip
            yield fault if right is None else ill(fault, part, Put(key=(*part.key, name), value=right))
        for header in headers_of(setup, entry):
            looked = True
            table = as_object(header.part.file.source.at(header.key[:-1]))
            if header.how == "bearer" or isinstance(table.get(header.name), str):
                yield Sound()
                continue
            rest = header.key[len(header.part.key) :]
            message = f"the header {header.name} is {_what(table.get(header.name))} and has to be a text"
            yield fault_at(header.part, rest, message, expected="a text in quotes")
        if not looked:
            yield Sound()


def _right(value: JSON, number: bool) -> int | bool | None:
    """What was meant, None where that cannot be told."""
    if not isinstance(value, str):
        return None
    plain = value.strip().lower()
    if number:
        return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None
    return _SWITCHES.get(plain)


def _what(value: JSON) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a text" if isinstance(value, str) else "a number" if isinstance(value, int | float) else "something else"
