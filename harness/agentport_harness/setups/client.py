"""What is known of one agent client: where its configuration lies, and how it names things there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.setups.source import Dialect, Key
from agentport_harness.setups.versions import Version

System: TypeAlias = Literal["linux", "darwin", "windows"]
Scope: TypeAlias = Literal["managed", "environment", "local", "project", "user", "system"]
Holds: TypeAlias = Literal["servers", "settings", "trust", "limits"]
Trust: TypeAlias = Literal["yes", "no", "unknown"]
EVERYWHERE: tuple[System, ...] = ("linux", "darwin", "windows")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """A file that the client reads. ``path`` begins with a root in braces, as in ``{home}/.codex/config.toml``.

    A ``*`` in it stands for any name. ``below`` is where in it this scope begins; ``{project}`` there is the project's
    folder. ``variable`` names a variable that holds the text itself, in place of a path. ``alone`` says that where this
    file is, no other has servers; ``outermost`` that the folder nearest to the top wins. ``usual`` is where a new entry
    belongs, when the client has several files of yours.
    """

    scope: Scope
    path: str = ""
    dialect: Dialect
    holds: Holds = "servers"
    systems: tuple[System, ...] = EVERYWHERE
    below: Key = ()
    variable: str = ""
    alone: bool = False
    outermost: bool = False
    usual: bool = False

    @property
    def yours(self) -> bool:
        """Whether it is for the user to edit: not the organisation's, not the machine's, and a file at all."""
        return self.scope not in ("managed", "system") and not self.variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A place that paths begin with: what a variable of the environment says, else another path.

    Where both are empty, what begins with it is nowhere.
    """

    variable: str
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """How long the client lets a call take. ``field`` is the setting of a server, in ``unit`` parts of a second.

    ``always`` and ``otherwise`` are further settings: those that hold in any case, and those that hold where the
    server's own is missing. ``defaults`` are seconds from a version on, the newest first; 0 in a setting lifts it.
    """

    field: str
    unit: int
    defaults: tuple[tuple[Version, float], ...]
    always: tuple[Key, ...] = ()
    otherwise: tuple[Key, ...] = ()
    progress_extends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Where a server's table carries credentials, and how a variable of the environment is named there.

    ``variables`` is a table from header to variable, ``bearer`` a setting that names a variable; empty where the
    client has none. ``syntax`` finds a variable in a header's text, ``form`` writes one; ``by_itself`` finds what else
    the client fills in, from a file or by asking.
    """

    headers: str
    variables: str = ""
    bearer: str = ""
    syntax: str = ""
    form: str = ""
    by_itself: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """The setting that says how to reach a server, what it may say, and whether the client needs it said."""

    field: str
    wanted: str
    accepted: frozenset[str]
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client. ``files`` stand in the order in which they win over each other, ``tried`` is the version known.

    ``servers`` is where server entries stand, ``mistaken`` where people put them that come from another client.
    ``renamed`` maps settings of other clients to this one's; ``numbers`` and ``switches`` are settings by type.
    ``merges`` says that entries of one name in several files are merged setting by setting. ``skills`` are the folders
    of skills it reads, the nearest first. ``no_projects`` is a variable that keeps it from reading a project's files.
    """

    name: str
    title: str
    command: str
    tried: Version
    files: tuple[FilePlace, ...]
    signs: tuple[str, ...]
    servers: Key
    mistaken: tuple[Key, ...]
    url_fields: tuple[str, ...]
    fields: frozenset[str]
    credentials: Credentials
    transport: Transport | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    disabled: tuple[str, bool] | None = None
    allowed_tools: str = ""
    refused_tools: str = ""
    limit: TimeLimit | None = None
    merges: bool = False
    oldest: Version = ()
    roots: Mapping[str, Root] = field(default_factory=dict)
    skills: tuple[str, ...] = ()
    sign_in: str = ""
    signed_in: str = ""
    unread: tuple[str, ...] = ()
    no_projects: str = ""
