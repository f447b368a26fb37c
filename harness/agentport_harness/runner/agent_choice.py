"""Which client, transcripts and model key a run is about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from agentport_harness.core.agent_client import AgentClient
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import InputError
from agentport_harness.core.transcript import Transcript
from agentport_harness.runner.agent_options import why_unplayable
from agentport_harness.transcript_files import ENDING, load_transcript, transcript_paths


@cache
def agent_clients() -> tuple[AgentClient, ...]:
    """Every client that can be driven, by name."""
    from agentport_harness import agent_clients as folder

    return tuple(sorted(members(folder, AgentClient), key=lambda client: client.name))


def chosen_client(name: str) -> AgentClient:
    """The client of that name. Raises `InputError` with those there are."""
    for client in agent_clients():
        if client.name == name:
            return client
    names = ", ".join(client.name for client in agent_clients())
    raise InputError("unknown-client", f"no client {name!r} can be driven", hint=f"choose one of {names}")


def chosen_transcripts(scenarios: Sequence[str]) -> list[Transcript]:
    """The transcripts named, shipped ones by name; all shipped ones that a client can play when none is named.

    Raises `InputError` when there is no such transcript.
    """
    suite = Path(str(files("agentport_harness") / "suite"))
    if not scenarios:
        shipped = [load_transcript(path) for path in transcript_paths([str(suite)])]
        return [transcript for transcript in shipped if not why_unplayable(transcript)]
    named: list[str] = []
    for given in scenarios:
        shipped_file, shipped_folder = suite / f"{given}{ENDING}", suite / given
        is_shipped = not Path(given).exists() and ".." not in Path(given).parts
        if is_shipped and shipped_file.is_file():
            named.append(str(shipped_file))
        elif is_shipped and shipped_folder.is_dir():
            named.append(str(shipped_folder))
        elif Path(given).exists():
            named.append(given)
        else:
            raise InputError("unknown-scenario", f"no transcript {given!r}", hint=_like(given, suite))
    return [load_transcript(path) for path in transcript_paths(named)]


def _like(given: str, suite: Path) -> str:
    """What may have been meant: shipped names that are close to it, else the folders that there are."""
    names = [path.relative_to(suite).as_posix().removesuffix(ENDING) for path in sorted(suite.glob(f"*/*{ENDING}"))]
    near = get_close_matches(given, names, n=3) or [name for name in names if given and given in name][:3]
    folders = ", ".join(sorted({name.partition("/")[0] for name in names}))
    return f"did you mean {' or '.join(near)}?" if near else f"a file, a folder, or one that is shipped: {folders}"


def model_key(client: AgentClient, variable: str | None) -> str:
    """The real model's key, from a named variable and from nowhere else. Raises `InputError` when it is not set."""
    named = variable or client.key_variable
    key = os.environ.get(named, "")
    if not key:
        raise InputError(
            "no-model-key", f"the variable {named} is not set",
            hint="put the model's key there, or leave --model out to use the scripted one",
        )  # fmt: skip
    return key
