"""Generates docs/clients.md: what each client does with the gateway, every cell from a run.

    python -m tests.clients.matrix --client-path node_modules/.bin [--no-waits] [--no-suite] [--write docs/clients.md]

It takes about forty minutes on two cores: the whole suite with every client, and a human who takes five minutes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from agentport_harness.core.agent_client import AgentClient
from agentport_harness.core.calls import Await
from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace import ToolResult
from agentport_harness.runner.agent import run_agent
from agentport_harness.runner.agent_choice import chosen_client, chosen_transcripts
from agentport_harness.runner.agent_options import AgentOptions
from agentport_harness.runner.agent_skills import skill_names
from agentport_harness.runner.catalogue import agent_rules
from agentport_harness.runner.replay import ReplayOptions
from agentport_harness.surfaces.names import META_TOOLS
from agentport_harness.surfaces.reading import read_session
from agentport_harness.transcript_files import load_transcript
from tests.clients.miniature import SUITE

HERE = Path(__file__).parent
DEFAULT_PATH = SUITE / "approval" / "approved-while-waiting.transcript.yaml"
LONG_WAIT = HERE / "long-wait.yaml"
SHORT, LONG = 40.0, 305.0
BUDGET = 330.0
"""Seconds that the gateway holds one await in the runs with waits: longer than the longest, so that the client's own
limit shows.
"""
NOT_TRIED = "not tried"
_ONE_SUITE = Lock()
"""Clients are heavy: while waits may overlap, only one of them plays the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the matrix: a client, and a model's name where that changes how tools are shown."""

    client: str
    model: str = ""
    how: str = ""

    @property
    def agent(self) -> AgentClient:
        return chosen_client(self.client)


ROWS = (
    Row(client="codex", how="tools in the list"),
    Row(client="codex", model="gpt-5.5", how="tool search"),
    Row(client="codex", model="gpt-6-sol", how="code mode"),
    Row(client="claude-code", how="tool search"),
    Row(client="opencode", how="tools in the list"),
    Row(client="gemini", how="tools in the list"),
)
COLUMNS = (
    "connects by `X-API-Key`",
    "by `Authorization: Bearer`",
    "by OAuth",
    "sees the tools",
    "runs them without a second prompt",
    "shows the URL",
    "survives a wait of 40 s",
    "of 5 min",
    "loads the skills",
    "recording importable",
    "plays the suite as declared",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """One run: what was reported, and the folder in which its recording and logs lie."""

    report: SessionReport
    folder: Path

    @property
    def well(self) -> bool:
        """Whether everything went as the script has it."""
        met = self.report.expectation
        return self.report.problem is None and met is not None and met.met

    @property
    def trouble(self) -> str:
        """Why it did not."""
        if self.report.problem is not None:
            return self.report.problem.message
        met = self.report.expectation
        return met.differences[0] if met and met.differences else ""


def drive(row: Row, commands: Path, folder: Path, transcript: Path, **options: object) -> Driven:
    """Play one transcript through the row's client."""
    given = AgentOptions(client=row.agent, client_folder=str(commands), model_name=row.model, keep=folder)
    chosen = replace(given, **options)  # type: ignore[arg-type]  # as named in AgentOptions
    run = run_agent([load_transcript(transcript)], agent_rules(), chosen, ReplayOptions(poll_budget=chosen.poll_budget))
    (kept,) = (folder / load_transcript(transcript).name).iterdir()
    return Driven(report=run.sessions[0], folder=kept)


def cells(row: Row, commands: Path, folder: Path, *, waits: bool, suite: bool) -> list[str]:
    """The row's cells, each from a run."""
    by_key = drive(row, commands, folder / "key", DEFAULT_PATH)
    by_bearer = drive(row, commands, folder / "bearer", DEFAULT_PATH, credential="bearer")
    waited = [NOT_TRIED, NOT_TRIED]
    if waits:
        options = {"poll_budget": BUDGET, "time_limit": LONG + 120}
        with ThreadPoolExecutor(2) as both:
            runs = both.map(
                lambda seconds: drive(row, commands, folder / f"{seconds:g}", LONG_WAIT, reaction=seconds, **options),
                (SHORT, LONG),
            )
            waited = [_waited(run) for run in runs]
    return [
        _told(by_key.well, by_key),
        _told(by_bearer.well, by_bearer),
        _oauth(row, commands, folder / "oauth"),
        _tools(by_key),
        _told(_ran(by_key), by_key),
        _told(not {"AP101", "AP102"} & set(by_key.report.broken()) and by_key.report.trace is not None, by_key),
        *waited,
        _skills(by_key),
        _recording(by_key),
        _suite(row, commands) if suite else NOT_TRIED,
    ]


def _oauth(row: Row, commands: Path, folder: Path) -> str:
    run = drive(row, commands, folder, DEFAULT_PATH, credential="oauth")
    return _told(run.well, run)


def _told(yes: bool, run: Driven) -> str:
    return "yes" if yes else f"no: {run.trouble[:100]}"


def _requests(run: Driven) -> str:
    return (run.folder / "model-requests.jsonl").read_text(encoding="utf-8")


def _tools(run: Driven) -> str:
    shown = {name for name in META_TOOLS if re.search(rf"agentport__{name}\b", _requests(run))}
    if len(shown) == len(META_TOOLS):
        return f"all {len(shown)}"
    called = run.report.trace is not None and any(isinstance(event, ToolResult) for event in run.report.trace.events)
    return "by program" if called and not shown - _scripted(run) else f"{len(shown)} of {len(META_TOOLS)}"


def _scripted(run: Driven) -> set[str]:
    """The tools that the script itself names, which say nothing of what the client showed."""
    session = read_session(run.report.trace) if run.report.trace is not None else None
    return {action.call.tool.rpartition("agentport__")[2] for action in session.actions} if session else set()


def _ran(run: Driven) -> bool:
    if run.report.trace is None:
        return False
    outcomes = {action.outcome.kind for action in read_session(run.report.trace).actions}
    return "executed" in outcomes and "client_refused" not in outcomes


def _waited(run: Driven) -> str:
    if not run.well or run.report.trace is None:
        return f"no: {run.trouble[:100]}"
    kinds = [a.outcome.kind for a in read_session(run.report.trace).actions if isinstance(a.meaning, Await)]
    if kinds == ["executed"]:
        return "yes, in one call"
    return "yes: cut off by the client, then awaited again"


def _skills(run: Driven) -> str:
    shown = [name for name in skill_names() if name in _requests(run)]
    return f"all {len(shown)}" if len(shown) == len(skill_names()) else f"{len(shown)} of {len(skill_names())}"


def _recording(run: Driven) -> str:
    trace = run.report.trace
    return f"yes (`{trace.input_format}`)" if trace is not None else "no"


def _suite(row: Row, commands: Path) -> str:
    """How many of the shipped transcripts, those that a client without a terminal can play, went as they declare."""
    options = AgentOptions(client=row.agent, client_folder=str(commands), model_name=row.model)
    with _ONE_SUITE:
        run = run_agent(chosen_transcripts(()), agent_rules(), options, ReplayOptions(poll_budget=options.poll_budget))
    well = [one for one in run.sessions if one.problem is None and one.expectation and one.expectation.met]
    return f"{len(well)} of {len(run.sessions)}"


def version(commands: Path, client: AgentClient) -> str:
    """The version that npm installed."""
    told = json.loads((commands.parent / client.package / "package.json").read_text(encoding="utf-8"))
    return str(told["version"])


_PAGE = """\
# Clients, tried

Each cell is from a run of the real client against the reference gateway on {when}, with a scripted model
in place of a real one: it says what the client does, not what a model would do. The clients ran without a terminal,
each in a home of its own with the skills installed, and in a network that held the gateway and the model alone.

{table}

For the waits the gateway held one call for up to {budget} s. Codex gives every call 300 s, whatever comes in between,
and Claude Code 300 s without a sign of life, which the gateway gives. By default the gateway answers after 45 s, so
that no client's limit is met: the agent is told that the request is still pending, and awaits again.

The suite is every shipped transcript that a client without a terminal can play, those among them that declare a fault
as well: as declared is a client that lets the fault through and a recording in which it is found.

Codex shows tools by the model it speaks to: a model that it does not know gets them in its list, gpt-5.5 has to search
for them, and gpt-6 calls them inside a program.

Exit code 0 proves nothing in any of these clients. What a run was worth is in the client's own recording, which
`agentport-conformance check` reads, and in the gateway's log; `agentport-conformance agent` compares the two.

Cursor and VS Code are not in the table: neither was run. Their pages, and what `doctor` knows of them, are from their
documentation.

## Try it yourself

With the clients from npm in `node_modules`:

```sh
agentport-conformance agent --client codex --client-path node_modules/.bin --scenario approval
```

This page is written by `python -m tests.clients.matrix --client-path node_modules/.bin --write docs/clients.md`.
"""


def page(found: Sequence[tuple[str, Mapping[str, str]]], when: str) -> str:
    """The page: ``found`` holds each line's name and its cells by column."""
    heads = " | ".join(name for name, _ in found)
    table = [
        f"| {column} | " + " | ".join(told[column].replace("|", "\\|") for _, told in found) + " |"
        for column in COLUMNS
    ]
    return _PAGE.format(
        when=when, table="\n".join([f"| | {heads} |", "|---" * (len(found) + 1) + "|", *table]), budget=f"{BUDGET:g}"
    )


def main(arguments: Sequence[str] | None = None, progress: Callable[[str], None] = lambda _told: None) -> int:
    """Run every client and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client-path", type=Path, required=True)
    parser.add_argument("--no-waits", action="store_true")
    parser.add_argument("--no-suite", action="store_true")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(arguments)

    def tried(row: Row) -> tuple[str, Mapping[str, str]]:
        with tempfile.TemporaryDirectory(prefix="agentport-matrix-") as folder:
            found = cells(row, given.client_path, Path(folder), waits=not given.no_waits, suite=not given.no_suite)
        name = f"{row.agent.title} {version(given.client_path, row.agent)}, {row.how}"
        progress(name)
        return name, dict(zip(COLUMNS, found, strict=True))

    # a run with waits is mostly idle: all clients wait for their humans at once
    with ThreadPoolExecutor(1 if given.no_waits else len(ROWS)) as rows:
        text = page(list(rows.map(tried, ROWS)), f"{datetime.now(UTC):%-d %B %Y}")
    if given.write:
        given.write.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(progress=lambda told: print(told, file=sys.stderr)))  # noqa: T201 a program of its own
