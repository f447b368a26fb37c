"""What a client is set up with keeps its secrets to itself, and says nothing of a connection that it does not know."""

from __future__ import annotations

from agentport_harness.core.agent_client import AgentClient, Setup


def test_a_setup_does_not_show_its_keys() -> None:
    setup = Setup(
        home="/h", project="/p", mcp_url="http://g/mcp", api_key="ap_secret", model="m", model_url="", model_key="sk-1"
    )

    assert repr(setup) == "Setup('/h', 'http://g/mcp', 'm')"


def test_a_client_that_prints_nothing_of_its_connection_says_nothing_of_it() -> None:
    client = AgentClient(
        name="c",
        title="C",
        installer="c",
        command="c",
        package="c",
        version="1",
        provider="openai",
        model="m",
        key_variable="K",
        skills=".agents/skills",
        files=lambda _setup: {},
        environment=lambda _setup: {},
        first=lambda _setup, prompt: (prompt,),
        next=lambda _setup, _session, prompt: (prompt,),
        session_id=lambda _printed: "",
    )

    assert client.connects("anything") == ""
