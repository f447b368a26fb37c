"""Finds a gateway's entries in a client's files: those in force, those beaten, pieces of them, and strays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from agentport_harness.core.json_values import JSON, as_object, as_text, strings_in
from agentport_harness.setups.client import Client
from agentport_harness.setups.setup import ConfigFile, Entry, Part

GATEWAY = "agentport"
"""The name that the documentation gives the server."""
_OTHER = re.compile(r"[^a-z0-9]+")
_OWN_KEY = re.compile(r"\bap_[A-Za-z0-9]")
_NEAR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is for the gateway. ``shut_out`` are entries beside a file that has all servers alone."""

    entries: tuple[Entry, ...] = ()
    fragments: tuple[Part, ...] = ()
    strays: tuple[Part, ...] = ()
    shut_out: tuple[Part, ...] = ()


def find_entries(client: Client, files: Sequence[ConfigFile], wanted_url: str, ignored: frozenset[str]) -> Found:
    """Everything for the gateway in the files, which stand in the order in which they win.

    ``ignored`` are paths of files that the client does not read, since it does not trust the project.
    """
    whole: dict[str, list[Part]] = {}
    pieces: list[Part] = []
    strays: list[Part] = []
    if alone := next((file for file in files if file.place.alone and file.exists), None):
        found = find_entries(client, [replace(alone, place=replace(alone.place, alone=False))], wanted_url, ignored)
        others = find_entries(client, [file for file in files if not file.place.alone], wanted_url, ignored)
        return replace(found, shut_out=tuple(entry.parts[0] for entry in others.entries))
    for file in files:
        if file.place.holds != "servers" or file.path in ignored:
            continue
        for name, part in _named(file, (*file.below, *client.servers)):
            if _is_gateway(client, name, part.table, wanted_url):
                (whole.setdefault(name, []) if _is_whole(client, part.table) else pieces).append(part)
        for where in client.mistaken if not file.below else ():
            strays += (
                part
                for name, part in _named(file, where)
                if _is_whole(client, part.table) and _is_gateway(client, name, part.table, wanted_url)
                and part.key[:-1] != client.servers
            )  # fmt: skip
    if client.merges:
        _join(whole, pieces, files)
    entries = tuple(_entry(client, name, parts) for name, parts in whole.items())
    return Found(entries=entries, fragments=tuple(pieces), strays=tuple(strays))


def _named(file: ConfigFile, where: tuple[str, ...]) -> Iterator[tuple[str, Part]]:
    for name, table in file.source.table(where).items():
        if isinstance(table, Mapping):
            yield name, Part(file=file, key=(*where, name), table=table)


def _join(whole: dict[str, list[Part]], pieces: list[Part], files: Sequence[ConfigFile]) -> None:
    """Pieces under the very name of an entry in another file belong to it."""
    order = [file.path for file in files]
    for piece in list(pieces):
        parts = whole.get(piece.key[-1], [])
        if parts and all(part.file.path != piece.file.path for part in parts):
            pieces.remove(piece)
            parts.append(piece)
            parts.sort(key=lambda part: order.index(part.file.path))


def _entry(client: Client, name: str, parts: Sequence[Part]) -> Entry:
    if not client.merges:
        return Entry(name=name, parts=(parts[0],), table=parts[0].table, beaten=tuple(parts[1:]))
    table: dict[str, JSON] = {}
    for part in reversed(parts):
        for setting, value in part.table.items():
            below = table.get(setting)
            both = isinstance(value, Mapping) and isinstance(below, Mapping)
            table[setting] = {**as_object(below), **as_object(value)} if both else value
    return Entry(name=name, parts=tuple(parts), table=table)


def _is_whole(client: Client, table: Mapping[str, JSON]) -> bool:
    return bool(address(client, table)) or "command" in table


def address(client: Client, table: Mapping[str, JSON]) -> str:
    """The URL that an entry states, under a name of this client's or of another's; empty when it states none."""
    misnamed = tuple(old for old, new in client.renamed.items() if new in client.url_fields)
    return next((as_text(table[name]) for name in (*client.url_fields, *misnamed) if as_text(table.get(name))), "")


def folded(name: str) -> str:
    """A name without case and punctuation."""
    return _OTHER.sub("", name.casefold())


def resembles(name: str) -> bool:
    """Whether a name is meant to be the gateway's: it holds it, or is a slip of the pen away."""
    plain = folded(name)
    return GATEWAY in plain or _distance(plain, GATEWAY) <= _NEAR


def _is_gateway(client: Client, name: str, table: Mapping[str, JSON], wanted_url: str) -> bool:
    url = urlsplit_or_none(address(client, table))
    wanted = urlsplit_or_none(wanted_url)
    if url is not None and wanted is not None and url == wanted:
        return True
    if resembles(name) or (url is not None and GATEWAY in url[1]):
        return True
    return any(_OWN_KEY.search(text) for text in strings_in(table))


def urlsplit_or_none(url: str) -> tuple[str, str] | None:
    """Scheme and host of a URL, None for what is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return (parts.scheme.lower(), f"{host}{port}") if host else None


def _distance(one: str, other: str) -> int:
    """How many letters to change, add, leave out or swap; names that are far apart are not compared."""
    if abs(len(one) - len(other)) > _NEAR:
        return _NEAR + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], before[j - 2] + 1)
        before = last
    return row[-1]
