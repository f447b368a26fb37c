"""Variables are written as this client reads them."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Drop, Edit, Put
from agentport_harness.setups.faults import fault_at, ill, key_line
from agentport_harness.setups.sent import Header, headers_of
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.variables import ANY_VARIABLE, foreign


@setup_check(
    "DR208",
    level="MUST",
    why="What the client does not take for a variable it sends as it stands: the gateway gets the variable's name for "
    "a key, and answers 401.",
    mend="Write the variable as this client does.",
)
def variables_spelt(setup: Setup) -> Iterator[Sight]:
    """A variable in a header is written in the way in which this client fills it in."""
    for entry in setup.entries:
        for header in headers_of(setup, entry):
            if header.how != "text":
                continue
            names = foreign(header.text, setup.client.credentials.syntax, setup.client.credentials.by_itself)
            if not names:
                yield Sound()
                continue
            right = key_line(setup, names[0]) if names[0] else key_line(setup)
            fault = fault_at(
                header.part, header.key[len(header.part.key) :],
                f"{setup.client.title} sends {header.text!r} as it stands, since it does not fill it in",
                expected=right, evidence=header.text,
            )  # fmt: skip
            edits = tuple(_mend(setup, header, names))
            yield ill(fault, header.part, *edits) if edits else fault


def _mend(setup: Setup, header: Header, names: tuple[str, ...]) -> Iterator[Edit]:
    where = setup.client.credentials
    if where.form and len(names) == 1 and names[0]:
        right = where.form.format(name=names[0])
        yield Put(key=header.key, value=ANY_VARIABLE.sub(lambda _found: right, header.text, count=1))
    elif where.variables and len(names) == 1 and names[0] and ANY_VARIABLE.fullmatch(header.text):
        table = header.key[:-2]
        if where.variables not in header.part.table:
            yield Drop(key=header.key)
            yield Put(key=(*table, where.variables), value={header.name: names[0]})
