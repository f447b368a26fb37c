"""What is left of a client's run: its own recording, and how the gateway's log compares with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentport_harness.core.agent_client import AgentClient
from agentport_harness.core.calls import CallTool
from agentport_harness.core.importer import Problem
from agentport_harness.core.json_values import identity
from agentport_harness.core.session import Session
from agentport_harness.core.trace import ToolCall, Trace
from agentport_harness.loaders import recordings
from agentport_harness.setups.secrets import MASK, SHORTEST

_NOT_SENT = frozenset({"client_refused", "unanswered", "cancelled", "transport", "client_timeout"})
_NOT_LOGGED = frozenset({"invalid_arguments", "failed", "not_found"})


def session_files(client: AgentClient, home: Path) -> tuple[Path, ...]:
    """The recordings that the client left below its home, the newest last."""
    for pattern in client.recordings:
        found = sorted((path for path in home.glob(pattern) if path.is_file()), key=lambda path: path.stat().st_mtime)
        if found:
            return tuple(found)
    return ()


def kept(files: Sequence[Path], folder: Path) -> Path | None:
    """The longest of the recordings, copied to ``folder``: sub-agents and titles may have recordings of their own."""
    if not files:
        return None
    chosen = max(files, key=lambda path: path.stat().st_size)
    target = folder / f"recording{chosen.suffix}"
    shutil.copyfile(chosen, target)
    return target


def imported(path: Path) -> tuple[Trace | None, tuple[str, ...]]:
    """The session with the most calls in a recording, with the gateway's server named; and what could not be read."""
    traces: list[Trace] = []
    problems: list[str] = []
    for one in recordings([path]):
        if isinstance(one, Problem):
            problems.append(one.message)
        else:
            traces.append(one)
    if not traces:
        return None, tuple(problems)
    best = max(traces, key=lambda trace: sum(isinstance(event, ToolCall) for event in trace.events))
    return replace(best, gateway_servers=best.gateway_servers | {"agentport"}), tuple(problems)


def hide_in(folder: Path, secrets: Iterable[str]) -> None:
    """Mask these texts wherever they stand in the files of a folder: clients print what they were given."""
    hidden = [secret.encode() for secret in secrets if len(secret) >= SHORTEST]
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        held = path.read_bytes()
        if any(secret in held for secret in hidden):
            for secret in hidden:
                held = held.replace(secret, MASK.encode())
            path.write_bytes(held)


def log_differences(session: Session, log: Sequence[Mapping[str, Any]], integrations: frozenset[str]) -> Iterator[str]:
    """Calls that the recording shows answered and the gateway did not log, and the other way round."""
    answered, sent = set(), set()
    for action in session.actions:
        meaning = action.meaning
        if not isinstance(meaning, CallTool) or meaning.integration not in integrations:
            continue
        call = (meaning.integration, meaning.tool, identity(meaning.arguments))
        sent.add(call)
        if action.outcome.kind not in _NOT_SENT | _NOT_LOGGED:
            answered.add(call)
    logged = {(entry["integration_id"], entry["tool_name"], identity(entry["args"])) for entry in log}
    for integration, tool, arguments in sorted(answered - logged):
        yield f"The recording shows {integration}/{tool} answered, with {arguments}; the gateway logged no such call"
    for integration, tool, arguments in sorted(logged - sent):
        yield f"The gateway logged {integration}/{tool} with {arguments}; the recording shows no such call"
