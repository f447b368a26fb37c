"""One client as it is set up here: its files, the entries for the gateway in them, what the gateway answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.client import Client, FilePlace, Scope, System, Trust
from agentport_harness.setups.endpoint import Endpoint
from agentport_harness.setups.secrets import masked
from agentport_harness.setups.source import Key, Source
from agentport_harness.setups.versions import Version
from agentport_harness.skill_bundle.installed import Copy

ASSUMED_BUDGET = 240.0
"""Seconds that a gateway may hold an await when it does not say: what AgentPort does."""
KEY_VARIABLE = "AGENTPORT_API_KEY"
"""The variable that cures name where the configuration names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """One file of the client. ``unreadable`` says why its text could not be had; ``mode`` are its permission bits.

    ``committed`` says that it lies in a git repository that does not ignore it.
    """

    place: FilePlace
    path: str
    below: Key = ()
    text: str = ""
    exists: bool = True
    unreadable: str = ""
    source: Source = field(default_factory=Source)
    mode: int = 0o600
    committed: bool = False

    @property
    def scope(self) -> Scope:
        """Whose file it is."""
        return self.place.scope

    def line(self, key: Key) -> int:
        """The line of ``key``."""
        return self.source.line(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one file says of a server."""

    file: ConfigFile
    key: Key
    table: Mapping[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The server entry that is in force under one name; ``parts`` make it up, the one that wins first.

    ``beaten`` are entries of the same name that another file wins over.
    """

    name: str
    parts: tuple[Part, ...]
    table: Mapping[str, JSON]
    beaten: tuple[Part, ...] = ()

    def part(self, setting: str) -> Part:
        """The part that says ``setting``, else the one where it belongs: the first that is the user's to edit."""
        said = [part for part in self.parts if setting in part.table]
        return next(iter(said or [part for part in self.parts if part.file.place.yours] or self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFolder:
    """A folder of skills that the client reads, with what is in it of the shipped skills."""

    path: str
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything that a check may look at.

    ``projects`` are the project's folder and those above it in its repository. ``entries`` are complete, ``fragments``
    are tables under a name like the gateway's without an address, and ``strays`` are whole entries in a place where
    this client does not look. ``trust`` is unknown where the client does not record whether it trusts the project;
    ``distrusted`` is what it does not read for that, and ``shut_out`` what it does not since the organisation's file is
    there alone. ``endpoints`` are what the gateway answered, by the entry's name,
    and ``untold`` says why it was not asked. ``skills_elsewhere`` are folders of skills that this client does not
    read, ``skills_home`` is where it would read yours.
    """

    client: Client
    version: Version = ()
    system: System = "linux"
    projects: tuple[str, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    entries: tuple[Entry, ...] = ()
    fragments: tuple[Part, ...] = ()
    strays: tuple[Part, ...] = ()
    distrusted: tuple[Part, ...] = ()
    shut_out: tuple[Part, ...] = ()
    trust: Trust = "unknown"
    wanted_url: str = ""
    budget: float = 0.0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)
    skill_names: tuple[str, ...] = ()
    skills_home: str = ""
    skills: tuple[SkillFolder, ...] = ()
    skills_elsewhere: tuple[SkillFolder, ...] = ()
    signed_in: bool = False
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)

    def masked(self, text: str) -> str:
        """The text without any secret."""
        return masked(text, self.secrets)

    def file(self, scope: Scope, holds: str = "servers") -> ConfigFile | None:
        """The file of a scope: one that is there, else the usual one, else the first."""
        found = [file for file in self.files if file.scope == scope and file.place.holds == holds]
        there = [file for file in found if file.exists] or [file for file in found if file.place.usual] or found
        return there[0] if there else None

    @property
    def alone(self) -> ConfigFile | None:
        """The organisation's file that is there, beside which no other has servers."""
        return next((file for file in self.files if file.place.alone and file.exists), None)

    def budget_of(self, entry: Entry) -> float:
        """Seconds that the gateway of an entry may hold an await: as asked for, as it says itself, or as assumed."""
        endpoint = self.endpoints.get(entry.name)
        return self.budget or (endpoint.budget if endpoint else 0.0) or ASSUMED_BUDGET

    def knows_budget(self, entry: Entry) -> bool:
        """Whether the budget is known and not assumed."""
        endpoint = self.endpoints.get(entry.name)
        return bool(self.budget or (endpoint and endpoint.budget))
