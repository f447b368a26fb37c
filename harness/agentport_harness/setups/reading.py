"""From a client's files to its set-up: nothing here looks at a disk, what was read is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from agentport_harness.core.json_values import JSON, as_text
from agentport_harness.setups.client import Client, Root, System, Trust
from agentport_harness.setups.secrets import secret_texts
from agentport_harness.setups.setup import ConfigFile
from agentport_harness.setups.source import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a client is looked for. ``own`` says that the environment is the one that the client starts in.

    ``projects`` are the project's folder and those above it, up to the top of its repository. ``machine`` is the folder
    in which the machine's own files lie, such as those in /etc; empty for the top.
    """

    home: str
    projects: tuple[str, ...]
    system: System
    environment: Mapping[str, str]
    own: bool = True
    machine: str = ""


def expanded(path: str, client: Client, around: Surroundings, project: str) -> str:
    """A path of a client with its root filled in; empty where that is nowhere."""
    values = {"home": around.home, "project": project}
    for name, root in client.roots.items():
        values[name] = _root(root, around)
        if not values[name] and path.startswith(f"{{{name}}}"):
            return ""
    found = path.format(**values)
    return around.machine + found if path.startswith("/") else found


def _root(root: Root, around: Surroundings) -> str:
    told = around.environment.get(root.variable, "") if around.own else ""
    if told or not root.otherwise.startswith("/"):
        return told or root.otherwise.format(home=around.home)
    return around.machine + root.otherwise


def below(key: Key, project: str) -> Key:
    """A way in a file with the project's folder filled in."""
    return tuple(name.format(project=project) if name == "{project}" else name for name in key)


def trust_in_project(client: Client, files: Sequence[ConfigFile], around: Surroundings) -> Trust:
    """Whether the client trusts the project; it does not say of most clients."""
    projects = around.projects
    user = next((file for file in files if file.scope == "user" and file.place.holds == "servers"), None)
    if user is None or not projects:
        return "unknown"
    if client.name == "codex":
        levels = [as_text(user.source.table(("projects", project)).get("trust_level")) for project in projects]
        return "yes" if "trusted" in levels else "no"
    if client.name == "claude-code":
        states = [user.source.table(("projects", project)) for project in projects]
        return "yes" if any(state.get("hasTrustDialogAccepted") is True for state in states) else "no"
    if client.name == "gemini":
        told = next((file for file in files if file.place.holds == "trust"), None)
        asked = user.source.at(("security", "folderTrust", "enabled"))
        waved = around.own and around.environment.get("GEMINI_CLI_TRUST_WORKSPACE") == "true"
        if asked is False or waved or told is None or told.source.flaw is not None:
            return "unknown"
        return _by_folder(told.source.table(()), projects[0])
    return "unknown"


def _by_folder(rules: Mapping[str, JSON], project: str) -> Trust:
    """What the rule for the nearest folder says; without one Gemini CLI asks when it is started there."""
    trust: Trust
    best, trust = -1, "unknown"
    for folder, rule in rules.items():
        reach = str(PurePath(folder).parent) if rule == "TRUST_PARENT" else folder
        if PurePath(project).is_relative_to(reach) and len(reach) > best:
            best, trust = len(reach), "no" if rule == "DO_NOT_TRUST" else "yes"
    return trust


def secrets_of(files: Iterable[ConfigFile], environment: Mapping[str, str]) -> frozenset[str]:
    """Everything in the files and in the environment that must not be printed."""
    found = {secret for file in files for secret in secret_texts(file.source.value)}
    found |= {secret for name, value in environment.items() for secret in secret_texts({name: value})}
    return frozenset(found)
