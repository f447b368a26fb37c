"""The credentials that a client sends for an entry: from which setting, under which header, from which variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import as_object, as_text
from agentport_harness.setups.setup import Entry, Part, Setup
from agentport_harness.setups.source import Key
from agentport_harness.setups.variables import ANY_VARIABLE, names_in

How: TypeAlias = Literal["text", "variable", "bearer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header as it is set: ``text`` is what the file holds, ``variables`` the names that the client looks up.

    ``text`` is a variable's name itself where the setting is made for that.
    """

    name: str
    how: How
    part: Part
    key: Key
    text: str = field(repr=False)
    variables: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.part.file.line(self.key)

    @property
    def is_literal(self) -> bool:
        """Whether the credential itself stands in the file."""
        left = ANY_VARIABLE.sub("", self.text).replace("Bearer", "").strip()
        return self.how == "text" and bool(left)


def headers_of(setup: Setup, entry: Entry) -> Iterator[Header]:
    """The headers of an entry, in the client's own settings."""
    where = setup.client.credentials
    for name, part, text in _told(entry, where.headers):
        key = (*part.key, where.headers, name)
        found = names_in(text, where.syntax)
        yield Header(name=name, how="text", part=part, key=key, text=text, variables=found)
    for name, part, text in _told(entry, where.variables):
        key = (*part.key, where.variables, name)
        yield Header(name=name, how="variable", part=part, key=key, text=text, variables=(text,))
    if where.bearer and where.bearer in entry.table:
        part = entry.part(where.bearer)
        text = as_text(part.table[where.bearer])
        key = (*part.key, where.bearer)
        yield Header(name="Authorization", how="bearer", part=part, key=key, text=text, variables=(text,))


def _told(entry: Entry, setting: str) -> Iterator[tuple[str, Part, str]]:
    """The headers that a setting holds, each with the part that wins."""
    for name in as_object(entry.table.get(setting)) if setting else ():
        part = next(part for part in entry.parts if name in as_object(part.table.get(setting)))
        yield name, part, as_text(as_object(part.table[setting])[name])


def credentials_of(setup: Setup, entry: Entry) -> tuple[Header, ...]:
    """Those of the headers that carry a credential."""
    return tuple(header for header in headers_of(setup, entry) if is_credential(header.name))


def is_credential(name: str) -> bool:
    """Whether a header of this name is meant to carry a credential."""
    plain = name.casefold().replace("_", "-")
    return plain in {"authorization", "x-api-key"} or any(word in plain for word in ("key", "token", "auth"))


def resolved(setup: Setup, header: Header) -> str | None:
    """What is sent with variables filled in, None when one is not set."""
    environment = setup.environment
    if any(name not in environment for name in header.variables):
        return None
    if header.how == "text":
        syntax = setup.client.credentials.syntax
        if not syntax:
            return header.text
        return re.sub(syntax, lambda found: environment[next(filter(None, found.groups()))], header.text)
    held = environment[header.text]
    return f"Bearer {held}" if header.how == "bearer" else held
