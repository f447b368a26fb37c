"""The miniature agent as a client that can be driven."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from agentport_harness.core.agent_client import AgentClient, Setup, SignIn
from agentport_harness.core.report import Run
from agentport_harness.core.transcript import Transcript
from agentport_harness.runner.agent import run_agent
from agentport_harness.runner.agent_options import AgentOptions
from agentport_harness.runner.catalogue import agent_rules
from agentport_harness.runner.gateways import given_gateway
from agentport_harness.runner.replay import ReplayOptions
from agentport_harness.transcript_files import load_transcript
from tests.serving import Served

PROGRAM = Path(__file__).with_name("miniature_agent.py")
SUITE = Path(__file__).parents[2] / "harness" / "agentport_harness" / "suite"


def miniature(folder: Path, manners: str = "", mark: str = "", sign_in: tuple[str, ...] = ()) -> AgentClient:
    """A client that behaves as ``manners`` says; its command is put into ``folder``."""
    command = folder / "miniature-agent"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -S {PROGRAM} "$@"\n', encoding="utf-8")
    command.chmod(0o755)

    def files(setup: Setup) -> dict[str, str]:
        told = {"mcp_url": setup.mcp_url, "model_url": setup.model_url, "model": setup.model}
        return {".miniature.json": json.dumps(told | {"manners": manners, "mark": mark})}

    return AgentClient(
        name="miniature",
        title="The miniature agent",
        installer="codex",
        command=command.name,
        package="miniature-agent",
        version="1",
        provider="openai",
        model="scripted",
        key_variable="MINIATURE_MODEL_KEY",
        skills=".agents/skills",
        files=files,
        environment=lambda setup: {"MINIATURE_KEY": setup.api_key},
        first=lambda _setup, prompt: ("run", prompt),
        next=lambda _setup, session, prompt: ("resume", session, prompt),
        session_id=lambda printed: "session-1" if '"session-1"' in printed else "",
        sign_in=SignIn(arguments=sign_in) if sign_in else None,
        recordings=("records/*.json",),
    )


def shipped(name: str) -> Transcript:
    """A transcript of the suite."""
    return load_transcript(SUITE / f"{name}.transcript.yaml")


def driven(
    served: Served,
    folder: Path,
    *names: str,
    manners: str = "",
    mark: str = "",
    sign_in: tuple[str, ...] = (),
    **options: object,
) -> Run:
    """The run of the miniature agent through shipped transcripts; ``mark`` ends the ids of integrations."""
    given = AgentOptions(client=miniature(folder, manners, mark, sign_in), client_folder=str(folder), reaction=0.1)
    replaying = ReplayOptions(gateway=given_gateway(None, None, None, "", str(served.ready_file)))
    return run_agent(
        [shipped(name) for name in names],
        agent_rules(),
        replace(given, **options),  # type: ignore[arg-type]  # as named in AgentOptions
        replace(replaying, unique=lambda: mark) if mark else replaying,
        name="miniature",
    )


class Nobody:
    """The script's own human, who does nothing: the watching one has to."""

    def soon(self, act: object, request_id: str) -> None: ...

    async def now(self, act: object, request_id: str) -> None: ...

    def look_upstream(self, check: object, known: object) -> None: ...
