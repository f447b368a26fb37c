"""Which servers a client may use: the lists that switch one off, leave it out, or keep it to those that are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agentport_harness.core.json_values import as_object, as_text
from agentport_harness.setups.edits import Edit, Exclude, Put
from agentport_harness.setups.entries import address
from agentport_harness.setups.lists import listings
from agentport_harness.setups.setup import ConfigFile, Entry, Setup
from agentport_harness.setups.source import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What keeps a client from an entry: where it stands, and the edits that would lift it, none where there are none.

    ``at`` is the key whose line is told, ``message`` and ``expected`` are for people.
    """

    file: ConfigFile
    at: Key
    message: str
    expected: str
    edits: tuple[Edit, ...] = ()


def barriers(setup: Setup, entry: Entry) -> Iterator[Barrier]:
    """Everything that keeps the client from an entry, apart from the entry itself."""
    if setup.client.name == "codex":
        yield from _required(setup, entry)
    elif setup.client.name == "gemini":
        yield from _named(setup, entry, ("mcp", "excluded"))
        yield from _gemini_allowed(setup, entry)
    elif setup.client.name == "claude-code":
        yield from _claude(setup, entry)


def _named(setup: Setup, entry: Entry, way: Key, *, below: bool = False) -> Iterator[Barrier]:
    """Lists of the names of servers that are off; ``below`` looks at those for one project only."""
    for listing in listings(setup, way):
        if entry.name in listing.texts and (listing.file.below or not below):
            yield Barrier(
                file=listing.file, at=(*listing.key, str(listing.texts.index(entry.name))),
                message=f"{'.'.join(way)} switches the server off", expected=f"the list without {entry.name!r}",
                edits=(Exclude(key=listing.key, text=entry.name),),
            )  # fmt: skip


def _gemini_allowed(setup: Setup, entry: Entry) -> Iterator[Barrier]:
    for listing in listings(setup, ("mcp", "allowed")):
        if entry.name not in listing.texts:
            yield Barrier(
                file=listing.file, at=listing.key, message="mcp.allowed leaves the server out",
                expected=f"the list with {entry.name!r}",
                edits=(Put(key=listing.key, value=[*listing.texts, entry.name]),),
            )  # fmt: skip


def _required(setup: Setup, entry: Entry) -> Iterator[Barrier]:
    """Codex: where the organisation names servers, one has to bear a name and an address of these."""
    for file in setup.files:
        servers = file.source.at(("mcp_servers",))
        if file.place.holds != "limits" or not isinstance(servers, Mapping):
            continue
        identity = as_object(as_object(servers.get(entry.name)).get("identity"))
        url = address(setup.client, entry.table)
        if identity and not (isinstance(identity.get("url"), str) and identity["url"] != url):
            continue  # other ways to describe a server are not judged
        told = f"another address, {as_text(identity['url'])}" if identity else "no such server"
        yield Barrier(
            file=file, at=("mcp_servers", entry.name) if identity else ("mcp_servers",),
            message=f"the organisation limits the servers that Codex uses, and has {told}: Codex switches yours off",
            expected=f'[mcp_servers.{entry.name}.identity] with url = "{url}": ask whoever administers this machine',
        )  # fmt: skip


def _claude(setup: Setup, entry: Entry) -> Iterator[Barrier]:
    yield from _named(setup, entry, ("disabledMcpServers",), below=True)
    if entry.parts[0].file.scope == "project":
        yield from _named(setup, entry, ("disabledMcpjsonServers",))
    for file, number, rule in _rules(setup, "deniedMcpServers"):
        if _fits(setup, entry, rule):
            yield Barrier(
                file=file, at=("deniedMcpServers", str(number)), message="deniedMcpServers bars the server",
                expected="the list without this rule",
            )  # fmt: skip
    if entry.parts[0].file.scope != "managed":
        yield from _claude_allowed(setup, entry)


def _claude_allowed(setup: Setup, entry: Entry) -> Iterator[Barrier]:
    """The lists of all files count as one, or the organisation's alone where it says so."""
    files = [file for file in setup.files if isinstance(_list(file, "allowedMcpServers"), list)]
    if any(file.source.at(("allowManagedMcpServersOnly",)) is True for file in setup.files if file.scope == "managed"):
        files = [file for file in files if file.scope == "managed"]
    rules = [rule for file, _, rule in _rules(setup, "allowedMcpServers") if file in files]
    if any("serverUrl" in rule for rule in rules):  # then no name is enough for a server with an address
        rules = [rule for rule in rules if "serverUrl" in rule]
    if files and not any(_fits(setup, entry, rule) for rule in rules):
        yield Barrier(
            file=files[0], at=("allowedMcpServers",), message="allowedMcpServers leaves the server out",
            expected=f'the list with {{"serverUrl": "{address(setup.client, entry.table)}"}}',
        )  # fmt: skip


def _list(file: ConfigFile, name: str) -> object:
    return file.source.at((name,)) if file.place.holds == "settings" else None


def _rules(setup: Setup, name: str) -> Iterator[tuple[ConfigFile, int, Mapping[str, object]]]:
    for file in setup.files:
        found = _list(file, name)
        for number, rule in enumerate(found if isinstance(found, list) else ()):
            yield file, number, as_object(rule)


def _fits(setup: Setup, entry: Entry, rule: Mapping[str, object]) -> bool:
    """Whether a rule is about the entry: by its name, or by a pattern of its address in which ``*`` is anything."""
    if "serverName" in rule:
        return rule["serverName"] == entry.name
    pattern = rule.get("serverUrl")
    if not isinstance(pattern, str):
        return False
    plain = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(address(setup.client, entry.table), plain)
