"""Every client is set up as its own documentation has it, and no key is written into a file."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from agentport_harness.core.agent_client import AgentClient, Setup
from agentport_harness.core.json_values import strings_in
from agentport_harness.runner.agent_choice import agent_clients, chosen_client

SETUP = Setup(
    home="/home/u",
    project="/home/u/project",
    mcp_url="http://127.0.0.1:4747/mcp",
    api_key="ap_secret",
    model="m-1",
    model_url="http://127.0.0.1:4000",
    model_key="sk-secret",
)
CLIENTS = list(agent_clients())


def documents(client: AgentClient, setup: Setup) -> dict[str, Any]:
    """Each configuration file, read as the client reads it."""
    return {
        name: tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
        for name, text in client.files(setup).items()
    }


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
class TestEveryClient:
    """What holds for all of them."""

    def test_keys_are_in_the_environment_and_in_no_file(self, client: AgentClient) -> None:
        written = "\n".join(client.files(SETUP).values())

        assert "ap_secret" not in written
        assert "sk-secret" not in written
        assert {"ap_secret", "sk-secret"} <= set(client.environment(SETUP).values())

    def test_the_gateway_stands_in_the_configuration_by_its_mcp_url(self, client: AgentClient) -> None:
        assert SETUP.mcp_url in [text for one in documents(client, SETUP).values() for text in strings_in(one)]

    def test_the_key_travels_as_asked_for(self, client: AgentClient) -> None:
        by_key, by_bearer = (
            "\n".join(client.files(replace(SETUP, credential=credential)).values()) for credential in ("key", "bearer")
        )

        assert "X-API-Key" in by_key
        assert "X-API-Key" not in by_bearer
        assert "bearer" in by_bearer.casefold()

    def test_who_signs_in_by_oauth_is_given_no_key(self, client: AgentClient) -> None:
        by_oauth = replace(SETUP, credential="oauth")
        told = [*client.files(by_oauth).values(), *client.environment(by_oauth).values()]

        assert client.sign_in is not None
        assert "agentport" in " ".join((*client.sign_in.arguments, client.sign_in.line))
        assert not [text for text in told if "ap_secret" in text or "X-API-Key" in text or "Bearer" in text]

    def test_a_limit_for_calls_is_written_where_one_is_asked_for_and_nowhere_else(self, client: AgentClient) -> None:
        assert client.files(replace(SETUP, tool_timeout=7.5)) != client.files(SETUP)
        assert "7.5" in (text := "\n".join(client.files(replace(SETUP, tool_timeout=7.5)).values())) or "7500" in text

    def test_without_a_model_url_the_provider_itself_is_asked(self, client: AgentClient) -> None:
        own = replace(SETUP, model_url="")
        told = "\n".join([*client.files(own).values(), *client.environment(own).values()])

        assert "127.0.0.1:4000" not in told

    def test_a_prompt_is_one_argument_and_a_further_one_goes_on_in_the_session(self, client: AgentClient) -> None:
        prompt = "--help; rm -rf / \n$(x)"

        assert prompt in client.first(SETUP, prompt)
        assert prompt in client.next(SETUP, "s-1", prompt)
        assert client.first(SETUP, prompt) != client.next(SETUP, "s-1", prompt)

    def test_what_is_no_event_names_no_session(self, client: AgentClient) -> None:
        odd = '\n"session_id" "sessionID" "thread.started" "mcp_servers"\n{"session_id": 7, "sessionID": {}}\n[]\n'

        assert client.session_id(odd) == ""
        assert client.connects(odd) == ""

    def test_secrets_stay_out_of_its_repr(self, client: AgentClient) -> None:
        del client
        assert "secret" not in repr(SETUP)


@pytest.mark.parametrize(
    ("name", "line", "session"),
    [
        ("codex", {"type": "thread.started", "thread_id": "t-1"}, "t-1"),
        ("claude-code", {"type": "system", "subtype": "init", "session_id": "c-1"}, "c-1"),
        ("opencode", {"type": "step_start", "sessionID": "ses_1", "part": {}}, "ses_1"),
        ("gemini", {"type": "init", "session_id": "g-1"}, "g-1"),
    ],
)
def test_the_session_is_found_in_what_the_client_prints(name: str, line: dict[str, Any], session: str) -> None:
    assert chosen_client(name).session_id(f"warning: x\n{json.dumps(line)}\n") == session


def test_claude_code_says_whether_it_reached_the_gateway() -> None:
    servers = [{"name": "other", "status": "connected"}, {"name": "agentport", "status": "failed"}]

    assert chosen_client("claude-code").connects(json.dumps({"mcp_servers": servers})) == "failed"
    assert chosen_client("claude-code").connects(json.dumps({"mcp_servers": 7})) == ""


def test_codex_leaves_approval_to_the_gateway_and_stops_without_it() -> None:
    server = documents(chosen_client("codex"), SETUP)[".codex/config.toml"]["mcp_servers"]["agentport"]

    assert server == {
        "url": SETUP.mcp_url,
        "env_http_headers": {"X-API-Key": "AGENTPORT_API_KEY"},
        "default_tools_approval_mode": "approve",
        "required": True,
    }
