"""Transcripts of the suite play through the real clients as declared, and so do the cases in which things go wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from agentport_harness.core.calls import Await
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.transcript import Transcript
from agentport_harness.runner.agent import run_agent
from agentport_harness.runner.agent_choice import chosen_client
from agentport_harness.runner.agent_options import AgentOptions
from agentport_harness.runner.catalogue import agent_rules
from agentport_harness.runner.gateways import given_gateway
from agentport_harness.runner.replay import ReplayOptions
from agentport_harness.scripted_model.script import ScriptedModel
from agentport_harness.scripted_model.serving import serving
from agentport_harness.surfaces.reading import read_session
from agentport_harness.transcript_files import load_transcript
from tests.clients.miniature import Nobody, shipped
from tests.serving import Served

pytestmark = [pytest.mark.npm, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
FEW = (
    "approval/approved-while-waiting",
    "approval/two-requests-at-once",
    "denial/by-the-human",
    "waiting/after-a-chat-reply",
    "sharing/never-shown",
    "denial/by-policy",
)
MANY = (
    *FEW,
    "approval/allowed-tool",
    "approval/always-allowed",
    "approval/awaiting-again-returns-the-stored-result",
    "denial/asked-again-by-the-agent",
    "discovery/looked-up-first",
    "information/another-amount",
    "sharing/truncated",
    "waiting/still-pending-twice",
)
PLAYED = [
    *(("codex", "", name) for name in MANY),
    *(("claude-code", "", name) for name in MANY),
    *(("opencode", "", name) for name in FEW),
    *(("gemini", "", name) for name in FEW),
    *(("codex", model, name) for model in ("gpt-5.5", "gpt-6-sol") for name in FEW[:3]),
]


def driven(commands: Path, transcript: Transcript, client: str, replaying: ReplayOptions, **options: object) -> Run:
    given = AgentOptions(client=chosen_client(client), client_folder=str(commands))
    chosen = replace(given, **options)  # type: ignore[arg-type]  # as named in AgentOptions
    return run_agent([transcript], agent_rules(), chosen, replaying)


def only(run: Run) -> SessionReport:
    (report,) = run.sessions
    assert report.problem is None, report.problem
    return report


def waits(report: SessionReport) -> list[str]:
    """What became of each wait in the recording."""
    assert report.trace is not None
    actions = read_session(report.trace).actions
    return [action.outcome.kind for action in actions if isinstance(action.meaning, Await)]


@pytest.mark.parametrize(("client", "model", "name"), PLAYED, ids=lambda value: value.replace("/", "-") or "direct")
def test_a_transcript_passes_through_a_client(
    commands: Path, gateway: Served, client: str, model: str, name: str
) -> None:
    here = ReplayOptions(gateway=given_gateway(None, None, None, "", str(gateway.ready_file)))

    run = driven(commands, shipped(name), client, here, model_name=model)

    report = only(run)
    assert report.expectation is not None
    assert report.expectation.differences == ()
    assert run.facts["skills"] == "installed by `skills add`"


@pytest.mark.parametrize("client", ["codex", "claude-code", "gemini", "opencode"])
def test_a_decision_after_the_clients_time_limit_is_not_lost(commands: Path, client: str) -> None:
    transcript = load_transcript(HERE / "late-decision.yaml")

    run = driven(commands, transcript, client, ReplayOptions(poll_budget=30.0), tool_timeout=3.0)

    report = only(run)
    assert report.expectation is not None
    assert report.expectation.differences == ()
    assert waits(report) == ["client_timeout", "executed"]


@pytest.mark.parametrize("client", ["codex", "claude-code", "gemini", "opencode"])
def test_a_client_signs_in_by_oauth_and_the_human_allows_it(commands: Path, gateway: Served, client: str) -> None:
    here = ReplayOptions(gateway=given_gateway(None, None, None, "", str(gateway.ready_file)))

    run = driven(commands, shipped("denial/by-the-human"), client, here, credential="oauth")

    report = only(run)
    assert report.expectation is not None
    assert report.expectation.differences == ()


def test_a_model_of_ones_own_plays_through_codex_while_the_human_watches_the_gateway(commands: Path) -> None:
    transcript = shipped("approval/two-requests-at-once")

    async def play() -> Run:
        async with serving(ScriptedModel(transcript, {"stripe": "stripe_own"}, Nobody()).answer) as server:
            own = {"model": "some-model", "model_url": server.base_url, "model_key": "sk-own"}
            replaying = ReplayOptions(unique=lambda: "own")
            return await anyio.to_thread.run_sync(lambda: driven(commands, transcript, "codex", replaying, **own))

    run = anyio.run(play)

    report = only(run)
    assert report.broken() == ()
    assert sorted(waits(report)) == ["denied_by_human", "executed"]
    assert run.facts["model"] == "some-model"


def test_codex_with_the_approval_mode_under_a_misspelt_name_says_what_is_wrong(commands: Path, gateway: Served) -> None:
    codex = chosen_client("codex")
    here = ReplayOptions(gateway=given_gateway(None, None, None, "", str(gateway.ready_file)))
    options = AgentOptions(
        client=replace(
            codex,
            files=lambda setup: {
                name: text.replace('default_tools_approval_mode = "approve"\nrequired = true\n', "")
                + f'[mcp_servers.agent-port]\nurl = "{setup.mcp_url}"\ndefault_tools_approval_mode = "approve"\n'
                for name, text in codex.files(setup).items()
            },
        ),
        client_folder=str(commands),
    )

    run = run_agent([shipped("approval/approved-while-waiting")], agent_rules(), options, here)

    report = only(run)
    assert report.expectation is not None
    refused = [told for told in report.expectation.differences if "got client_refused" in told]
    assert refused
    assert "MCP tool call requires approval, but approval policy is never" in refused[0]
    assert run.exit_code() == 1
