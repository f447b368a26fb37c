"""A setting that wants a variable's name has one."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Drop, Edit, Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.sent import Header, headers_of
from agentport_harness.setups.setup import KEY_VARIABLE, Setup
from agentport_harness.setups.variables import ANY_VARIABLE, NAME_ALONE


@setup_check(
    "DR210",
    level="MUST",
    why="Codex looks for a variable of that name, finds none and sends no key: the gateway answers 401.",
    mend="Name the variable that holds the key, and put the key there.",
)
def variable_named(setup: Setup) -> Iterator[Sight]:
    """``env_http_headers`` and ``bearer_token_env_var`` name variables; the key itself does not stand there."""
    for entry in setup.entries:
        for header in headers_of(setup, entry):
            if header.how == "text":
                continue
            if NAME_ALONE.fullmatch(header.text) and not header.text.startswith("ap_"):
                yield Sound()
                continue
            found = ANY_VARIABLE.fullmatch(header.text)
            what = "a variable with its dollar sign" if found else "no variable's name, but the key itself, it seems"
            right = next(filter(None, found.groups()), KEY_VARIABLE) if found else KEY_VARIABLE
            fault = fault_at(
                header.part, header.key[len(header.part.key) :], f"what stands here is {what}",
                expected=f'"{right}", the name alone',
            )  # fmt: skip
            yield ill(fault, header.part, *_mend(header, right, keep=not found))


def _mend(header: Header, right: str, *, keep: bool) -> Iterator[Edit]:
    """The name alone; a key that stood there moves to where Codex sends it from, so that it is not lost."""
    table = header.part.key
    if keep and header.how == "variable" and "http_headers" not in header.part.table:
        yield Put(key=(*table, "http_headers"), value={header.name: header.text})
        yield Drop(key=header.key)
    else:
        yield Put(key=header.key, value=right)
