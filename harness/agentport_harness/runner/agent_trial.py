"""One trial: a client in a home of its own plays one transcript against a gateway, and what came of it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio

from agentport_harness.core.agent_client import Setup, SignIn
from agentport_harness.core.calls import Elsewhere
from agentport_harness.core.json_values import JSON
from agentport_harness.core.report import Problem
from agentport_harness.core.trace import Trace
from agentport_harness.core.transcript import Transcript
from agentport_harness.core.variables import filled_text
from agentport_harness.runner.agent_human import ScriptedHuman, WatchingHuman
from agentport_harness.runner.agent_options import AgentOptions
from agentport_harness.runner.agent_record import hide_in, imported, kept, log_differences, session_files
from agentport_harness.runner.agent_skills import install_skills, skill_names
from agentport_harness.runner.recorder import Recorder
from agentport_harness.scripted_model.script import ScriptedModel, Seen
from agentport_harness.scripted_model.serving import serving
from agentport_harness.setups.secrets import masked
from agentport_harness.surfaces.reading import read_session
from agentport_harness.transports import client_consent
from agentport_harness.transports.agent_process import Ended, clean_environment, find_command, run_client
from agentport_harness.transports.agentport import AgentPortAdapter
from agentport_harness.transports.doors import doors, why_no_namespace
from agentport_harness.transports.embedded import Gateway

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
SIGN_IN_LIMIT = 60.0
"""Seconds that signing in may take."""
_LAST_WORDS = 400
"""Characters of what a client printed last that are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a trial is played: the gateway, the human's adapter, and the ids that the transcript's names stand for."""

    gateway: Gateway
    adapter: AgentPortAdapter
    integrations: Mapping[str, str]
    recorder: Recorder


@dataclass(slots=True)
class Played:
    """What came of a trial. ``skills`` and ``network`` say how those were set up, ``seen`` what the model was shown.

    ``stopped`` says that the script could not be played to its end.
    """

    differences: list[str] = field(default_factory=list)
    problem: Problem | None = None
    trace: Trace | None = None
    skills: str = "none"
    network: str = ""
    seen: Seen | None = None
    stopped: bool = False


async def play(
    transcript: Transcript, place: Place, options: AgentOptions, *, with_skills: bool, output: Path
) -> Played:
    """Play one transcript through the client; recordings and logs are left in ``output``.

    Raises `UnreachableError` when there is no such client.
    """
    played = Played()
    with tempfile.TemporaryDirectory(prefix="agentport-agent-", ignore_cleanup_errors=True) as folder:
        async with anyio.create_task_group() as tasks:
            trial = _Trial(transcript, place, options, played, Path(folder), output)
            try:
                await (trial.real(tasks, with_skills) if options.model else trial.scripted(tasks, with_skills))
            finally:
                hide_in(output, (options.model_key, place.gateway.api_key))
            tasks.cancel_scope.cancel()
    return played


class _Trial:
    def __init__(
        self, transcript: Transcript, place: Place, options: AgentOptions, played: Played, folder: Path, output: Path
    ) -> None:
        self._transcript, self._place, self._options = transcript, place, options
        self._played, self._output = played, output
        self._home, self._project = folder / "home", folder / "project"
        output.mkdir(parents=True, exist_ok=True)
        self._home.mkdir()
        self._project.mkdir()
        self._known: dict[str, JSON] = {"gateway": place.gateway.base_url, **place.integrations}

    async def scripted(self, tasks: anyio.abc.TaskGroup, with_skills: bool) -> None:
        options, played = self._options, self._played
        human = ScriptedHuman(self._place.adapter, tasks, self._place.recorder.reached, options.reaction)
        model = ScriptedModel(self._transcript, self._known, human)
        played.seen = model.seen
        with (self._output / "model-requests.jsonl").open("w", encoding="utf-8") as log:

            def heard(request: Mapping[str, Any]) -> None:
                log.write(json.dumps(request, ensure_ascii=False) + "\n")

            async with serving(model.answer, heard) as server, self._run(server.base_url, with_skills) as run:
                for number, turn in enumerate(self._transcript.turns):
                    prompt = model.prompt(turn.human, f"$.turns[{number}].human")
                    if model.stopped or not await run.turn(prompt):
                        break
                    await human.settled()
                    await model.after_turn()
                await human.settled()
                await self._collect(run)
        played.differences += [*model.differences, *human.differences]
        played.stopped = model.stopped
        if played.problem is None and not model.finished:
            played.differences.append("The client ended before the script did: look at what it printed")
        if with_skills:
            played.differences += [
                f"The client did not show the model the skill {name}"
                for name in skill_names()
                if name not in model.seen.shown
            ]

    async def real(self, tasks: anyio.abc.TaskGroup, with_skills: bool) -> None:
        options = self._options
        human = WatchingHuman(
            self._place.adapter, self._transcript, self._place.integrations,
            reaction=options.reaction, poll_budget=options.poll_budget,
        )  # fmt: skip
        tasks.start_soon(human.watch, tasks)
        async with self._run(options.model_url, with_skills) as run:
            for number, turn in enumerate(self._transcript.turns):
                if not await run.turn(filled_text(turn.human, self._known, at=f"$.turns[{number}].human")):
                    break
            await self._collect(run)
        trace = self._played.trace
        self._played.differences += human.differences
        if trace is not None and all(isinstance(a.meaning, Elsewhere) for a in read_session(trace).actions):
            self._played.differences.append("The agent made no call of the gateway")

    @asynccontextmanager
    async def _run(self, model_url: str, with_skills: bool) -> AsyncIterator[_Run]:
        options, gateway = self._options, self._place.gateway
        setup = Setup(
            home=str(self._home),
            project=str(self._project),
            mcp_url=gateway.mcp_url,
            api_key=gateway.api_key,
            model=options.model or options.model_name or options.client.model,
            model_url=model_url,
            model_key=options.model_key or "sk-ant-scripted",
            credential=options.credential,
            tool_timeout=options.tool_timeout,
        )
        for name, text in options.client.files(setup).items():
            path = self._home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        async with AsyncExitStack() as stack:
            why = why_no_namespace() or _why_outside(gateway.mcp_url, model_url)
            opened = None
            if not why:
                ports = {urlsplit(url).port or 80 for url in (gateway.mcp_url, model_url)}
                opened = await stack.enter_async_context(doors(ports))
            self._played.network = f"not confined: {why}" if why else "its own, with gateway and model only"
            run = _Run(setup, options, self._played, self._output, opened)
            if with_skills:
                self._played.skills = await install_skills(
                    options.client, self._home, folder=self._project, environment=run.environment,
                    confined=opened is not None, output=self._output / "skills",
                )  # fmt: skip
            if options.credential == "oauth":
                await run.sign_in(gateway.human_email, gateway.human_password)
            yield run

    async def _collect(self, run: _Run) -> None:
        client, played = self._options.client, self._played
        status = client.connects(run.printed)
        if status not in ("", "connected"):
            played.differences.append(f"The client says that its connection to the gateway is {status!r}")
        files: Sequence[Path] = session_files(client, self._home)
        if client.export is not None and run.session:
            files = (await run.export(),)
        recording = kept(files, self._output)
        log = [
            entry
            for one in self._place.integrations.values()
            for entry in reversed(await self._place.adapter.log(integration_id=one, limit="500"))
        ]
        (self._output / "gateway-log.json").write_text(json.dumps(log, indent=1), encoding="utf-8")
        if recording is None:
            played.differences.append(f"{client.title} left no recording")
            return
        played.trace, problems = imported(recording)
        played.differences += [f"The recording could not be read whole: {problem}" for problem in problems]
        if played.trace is not None:
            session = read_session(played.trace)
            played.differences += log_differences(session, log, frozenset(self._place.integrations.values()))


class _Run:
    """A client that is set up, one turn after the other."""

    def __init__(
        self, setup: Setup, options: AgentOptions, played: Played, output: Path, opened: Mapping[int, Path] | None
    ) -> None:
        self.session, self.printed, self.turns = "", "", 0
        client = options.client
        self._command = find_command(client.command, client.package, options.client_folder or None)
        self.environment = clean_environment(self._command, Path(setup.home), client.environment(setup))
        self._setup, self._options, self._played = setup, options, played
        self._output, self._doors = output, opened

    async def sign_in(self, email: str, password: str) -> None:
        """Let the client sign in by OAuth, with the human at the consent page."""
        client = self._options.client
        how = client.sign_in or SignIn()
        typed = [how.ready, how.line, how.done] if how.line else []
        ended = await run_client(
            [sys.executable, "-IS", client_consent.__file__, *typed, "--", str(self._command), *how.arguments],
            cwd=Path(self._setup.project),
            environment={
                **self.environment,
                "TERM": "xterm",
                "CONSENT_EMAIL": email,
                "CONSENT_PASSWORD": password,
            },
            doors=self._doors,
            time_limit=SIGN_IN_LIMIT,
            output=self._output / "sign-in",
        )
        if ended.exit_code != 0:
            self._played.problem = Problem(
                message=f"{client.title} could not sign in to the gateway: {self._last_words(ended)}", exit_code=3
            )

    async def turn(self, prompt: str) -> bool:
        """Let the client answer ``prompt``; whether it came to an end by itself."""
        if self._played.problem is not None:
            return False
        client = self._options.client
        first = not self.session
        arguments = client.first(self._setup, prompt) if first else client.next(self._setup, self.session, prompt)
        self.turns += 1
        ended = await self._started(arguments, f"turn-{self.turns}")
        self.printed += ended.printed
        self.session = self.session or client.session_id(ended.printed)
        if ended.exit_code is None:
            self._played.problem = Problem(
                message=f"{client.title} did not finish within {self._options.time_limit:g} s and was ended; "
                f"it may be waiting for an answer: {self._last_words(ended)}",
                hint="raise --time-limit, or look at what it printed with --keep",
                exit_code=3,
            )
        elif ended.exit_code:
            self._played.differences.append(
                f"{client.title} ended with code {ended.exit_code}: {self._last_words(ended)}"
            )
        elif not self.session:
            self._played.differences.append(f"{client.title} named no session: {self._last_words(ended)}")
        return ended.exit_code == 0

    async def export(self) -> Path:
        """Let the client print its recording."""
        assert self._options.client.export is not None  # noqa: S101 asked before
        await self._started(self._options.client.export(self.session), "export")
        path = self._output / "export.json"
        (self._output / "export.stdout").replace(path)
        return path

    def _last_words(self, ended: Ended) -> str:
        """What it said last, without its keys: a question stands on a line that was not ended."""
        printed, complained = (
            masked(text, (self._setup.model_key, self._setup.api_key)) for text in (ended.printed, ended.complained)
        )
        asked = printed.rpartition("\n")[2].strip()
        said = "\n".join(filter(None, ((complained.strip() or printed.strip())[-_LAST_WORDS:], asked)))
        return " / ".join(dict.fromkeys(said[-_LAST_WORDS:].splitlines())) or "it printed nothing"

    async def _started(self, arguments: Sequence[str], name: str) -> Ended:
        return await run_client(
            [str(self._command), *arguments],
            cwd=Path(self._setup.project),
            environment=self.environment,
            doors=self._doors,
            time_limit=self._options.time_limit,
            output=self._output / name,
        )


def _why_outside(*urls: str) -> str:
    """Why these endpoints need the world outside of this machine; empty when they do not."""
    outside = [urlsplit(url).hostname or "the provider" for url in urls if urlsplit(url).hostname not in _LOOPBACK]
    return f"{' and '.join(outside)} is not on loopback" if outside else ""
