"""Examines the clients on this machine: reads their configuration and skills, asks their gateways, and reports."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agentport_harness.config_files import client_files
from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import as_object, as_text, parsed, strings_in
from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.runner.catalogue import clients, setup_checks
from agentport_harness.runner.setup_facts import endpoints_of, skill_folders
from agentport_harness.setups.check import Cure, SetupCheck, examined
from agentport_harness.setups.client import Client
from agentport_harness.setups.entries import find_entries
from agentport_harness.setups.reading import Surroundings, expanded, secrets_of, trust_in_project
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.versions import Version, told, version_in

INPUT_FORMAT = "client"
VERSION_TIMEOUT = 10
"""Seconds that a client may take to say its version."""
OFFLINE = "the gateway was not asked (--offline)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for. ``versions`` are stated for clients; ``names`` empty means every client that is found."""

    names: tuple[str, ...] = ()
    url: str = ""
    poll_budget: float = 0.0
    offline: bool = False
    versions: Mapping[str, Version]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found, and the cures of it by client."""

    run: Run
    setups: tuple[Setup, ...]
    cures: tuple[tuple[Setup, Cure], ...]


def doctor(
    around: Surroundings,
    wishes: Wishes,
    checks: Sequence[SetupCheck],
    *,
    progress: Callable[[str], None] = lambda _title: None,
) -> Examination:
    """Examine every client that is there, or the ones that are named. Nothing is changed.

    ``progress`` hears of each client before it is examined.
    """
    sessions: list[SessionReport] = []
    setups: list[Setup] = []
    cures: list[tuple[Setup, Cure]] = []
    skipped = {check.id: OFFLINE for check in setup_checks() if wishes.offline and check.id.startswith("DR4")}
    for client in _wanted(wishes.names):
        if not _is_there(client, around):
            if wishes.names:
                sessions.append(_absent(client, around))
            continue
        progress(client.title)
        setup = read_setup(client, around, wishes)
        found = examined(setup, checks, skipped=skipped, catalogue=setup_checks())
        setups.append(setup)
        cures += [(setup, cure) for cure in found.cures]
        sessions.append(
            SessionReport(
                source=client.name, input_format=INPUT_FORMAT, title=_title(setup), verdicts=found.verdicts,
                warnings=tuple(_notes(setup)),
            )
        )  # fmt: skip
        sessions += _unreachable(setup)
    if not sessions:
        sessions.append(_nobody(around))
    run = Run(kind="client", name=", ".join(wishes.names) or "clients on this machine", sessions=tuple(sessions))
    return Examination(run=run, setups=tuple(setups), cures=tuple(cures))


def _wanted(names: Sequence[str]) -> Iterator[Client]:
    known = clients()
    for name in names:
        if name not in known:
            raise InputError("unknown-client", f"no client {name!r}: choose one of {', '.join(known)}")
    yield from (known[name] for name in names or known)


def read_setup(client: Client, around: Surroundings, wishes: Wishes) -> Setup:
    """One client as it is set up, its gateways asked unless that is not wanted."""
    files = tuple(client_files(client, around))
    trust = trust_in_project(client, files, around)
    closed = client.name == "codex" and trust == "no"
    ignored = frozenset(file.path for file in files if closed and file.scope == "project")
    found = find_entries(client, files, wishes.url, ignored)
    unread = find_entries(client, [file for file in files if file.path in ignored], wishes.url, frozenset())
    skills, elsewhere, names = skill_folders(client, around)
    own = [path for path in client.skills if not path.startswith("{project}") and "*" not in path]
    home = next((path for path in own if path.endswith("/.agents/skills")), own[0])
    setup = Setup(
        client=client, version=wishes.versions.get(client.name) or _version(client, around), system=around.system,
        projects=around.projects, files=files, entries=found.entries, fragments=found.fragments,
        strays=found.strays, shut_out=found.shut_out, trust=trust,
        distrusted=tuple(entry.parts[0] for entry in unread.entries),
        wanted_url=wishes.url, budget=wishes.poll_budget, environment=around.environment, skill_names=names,
        skills=skills, skills_elsewhere=elsewhere, skills_home=expanded(home, client, around, ""),
        signed_in=_signed_in(client, around), secrets=secrets_of(files, around.environment),
    )  # fmt: skip
    if wishes.offline:
        return setup
    answered, untold = endpoints_of(setup)
    return replace(setup, endpoints=answered, untold=untold)


def _signed_in(client: Client, around: Surroundings) -> bool:
    """Whether the client has stored a sign-in to a server of the gateway's name; the file is not read further."""
    if not client.signed_in:
        return False
    try:
        text = Path(expanded(client.signed_in, client, around, "")).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "agentport" in text.casefold()


def _is_there(client: Client, around: Surroundings) -> bool:
    places = [expanded(path, client, around, "") for path in client.signs]
    places += [
        expanded(place.path, client, around, project)
        for place in client.files
        for project in around.projects
        if place.scope == "project" and place.holds == "servers"
    ]
    return any(os.path.lexists(path) for path in places) or bool(_command(client, around))


def _command(client: Client, around: Surroundings) -> str:
    return shutil.which(client.command, path=around.environment.get("PATH", "")) or "" if around.own else ""


def _version(client: Client, around: Surroundings) -> Version:
    """The version of the package that the client's command is of, else the one that it tells of itself.

    It is run in an empty home; the version is empty when it tells none.
    """
    command = _command(client, around)
    if not command:
        return ()
    if packed := _packed(Path(command)):
        return packed
    with tempfile.TemporaryDirectory(prefix="agentport-", ignore_cleanup_errors=True) as folder:
        environment = {"PATH": around.environment.get("PATH", os.defpath), "HOME": folder, "TMPDIR": folder,
                       "DISABLE_AUTOUPDATER": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}  # fmt: skip
        try:
            ran = subprocess.run(  # noqa: S603 a client's own command, found on PATH
                [command, "--version"], env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=VERSION_TIMEOUT,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return ()
    return version_in(ran.stdout[:1000].decode("utf-8", "replace"))


def _packed(command: Path) -> Version:
    """The version that the npm package of a command states; to start some clients takes seconds."""
    real = command.resolve()
    for folder in list(real.parents)[:4]:
        try:
            told = as_object(parsed((folder / "package.json").read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            continue
        bins = told.get("bin")
        paths = [bins] if isinstance(bins, str) else strings_in(as_object(bins))
        if any((folder / path).resolve() == real for path in paths):
            return version_in(as_text(told.get("version")))
        break
    return ()


def _title(setup: Setup) -> str:
    return f"{setup.client.title} {told(setup.version)}".strip()


def _notes(setup: Setup) -> Iterator[str]:
    """What is worth saying and no fault: the version, the endpoints, what could not be looked at."""
    tried = told(setup.client.tried)
    if not setup.client.tried:
        yield f"what is known of {setup.client.title} is from its documentation; no version of it was tried"
    elif not setup.version:
        yield f"the version is not known; the checks of {tried} were applied"
    elif setup.version[:2] > setup.client.tried[:2]:
        yield f"{told(setup.version)} is newer than any version tried; the checks of {tried} were applied"
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is not None and endpoint.state == "fine":
            budget = setup.budget_of(entry)
            how = "" if setup.knows_budget(entry) else " (assumed)"
            yield setup.masked(
                f"{entry.name}: {endpoint.url} speaks {endpoint.revision}, {len(endpoint.tools)} tools, "
                f"{len(endpoint.read_only)} of them read-only, poll budget {budget:g} s{how}"
            )
        elif entry.name in setup.untold:
            yield setup.masked(f"{entry.name} was not asked: {setup.untold[entry.name]}")


def _unreachable(setup: Setup) -> Iterator[SessionReport]:
    for name, endpoint in setup.endpoints.items():
        if endpoint.state == "unreachable":
            problem = Problem(
                message=setup.masked(f"nothing answers: {endpoint.detail}"), at=setup.masked(endpoint.url),
                hint="is the gateway running, and the address right?", exit_code=3,
            )  # fmt: skip
            yield SessionReport(source=f"{setup.client.name}: {name}", input_format=INPUT_FORMAT, problem=problem)


def _absent(client: Client, around: Surroundings) -> SessionReport:
    signs = " or ".join(expanded(path, client, around, "") for path in client.signs[:1])
    problem = Problem(
        message=f"no {client.title} found: neither {signs} nor a command {client.command!r}",
        hint="install it, or name another home with --home", exit_code=3,
    )  # fmt: skip
    return SessionReport(source=client.name, input_format=INPUT_FORMAT, problem=problem)


def _nobody(around: Surroundings) -> SessionReport:
    problem = Problem(
        message=f"no client found in {around.home} or on PATH; known are {', '.join(clients())}",
        hint="install one, or name another home with --home", exit_code=3,
    )  # fmt: skip
    return SessionReport(source="clients", input_format=INPUT_FORMAT, problem=problem)
