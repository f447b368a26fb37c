"""The key stands in a setting that the client sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_text
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Drop, Edit, Put, Rename
from agentport_harness.setups.faults import fault_at, ill, key_line
from agentport_harness.setups.setup import Entry, Part, Setup

_SETTINGS = (
    "headers", "header", "http_headers", "env_http_headers", "env_headers", "requestInit", "bearer_token",
    "bearer_token_env_var", "api_key", "apiKey", "token",
)  # fmt: skip


@setup_check(
    "DR204",
    level="MUST",
    why="A key in a setting that the client does not know is never sent: the gateway answers 401, the tools are "
    "silently missing, and Codex still exits with 0.",
    mend="Put the key where this client reads it.",
)
def credential_sent(setup: Setup) -> Iterator[Sight]:
    """What is meant to carry the key is a setting that this client sends.

    Codex reads ``http_headers``, ``env_http_headers`` and ``bearer_token_env_var``; a table named ``headers`` is
    ignored, though documentation of other clients shows it, and ``bearer_token`` stops it from starting.
    """
    where = setup.client.credentials
    for entry in setup.entries:
        known = {where.headers, where.variables, where.bearer} | setup.client.fields
        wrong = [name for name in _SETTINGS if name in entry.table and name not in known]
        for name in wrong:
            part = entry.part(name)
            effect = "stops Codex from starting" if _stops(setup, name) else "is ignored, so no key is sent"
            edits = tuple(_mend(setup, entry, part, name))
            renamed = any(isinstance(edit, Rename) for edit in edits)
            fault = fault_at(
                part, (name,), f"{setup.client.title} does not read {name!r}: it {effect}", evidence=name,
                expected=f"the name {where.headers!r}, or {key_line(setup)}" if renamed else key_line(setup),
            )  # fmt: skip
            yield ill(fault, part, *edits) if edits else fault
        if not wrong:
            yield Sound()


def _stops(setup: Setup, name: str) -> bool:
    return setup.client.name == "codex" and name == "bearer_token"


def _mend(setup: Setup, entry: Entry, part: Part, name: str) -> Iterator[Edit]:
    """The same credential in the client's own setting; nothing where that is taken or cannot be told."""
    where = setup.client.credentials
    value = part.table[name]
    if isinstance(value, Mapping) and name in ("headers", "header", "http_headers"):
        if where.headers not in entry.table and all(isinstance(held, str) for held in value.values()):
            yield Rename(key=(*part.key, name), name=where.headers)
    elif isinstance(value, Mapping) and name in ("env_http_headers", "env_headers"):
        target = where.variables or where.headers
        if target not in entry.table and all(isinstance(held, str) for held in value.values()):
            told = {key: as_text(held) if where.variables else where.form.format(name=held)
                    for key, held in value.items()}  # fmt: skip
            yield Drop(key=(*part.key, name))
            yield Put(key=(*part.key, target), value=told)
    elif name == "bearer_token" and isinstance(value, str) and where.headers not in entry.table:
        yield Drop(key=(*part.key, name))
        yield Put(key=(*part.key, where.headers), value={"X-API-Key": value})
