"""What a gateway answered, judged for the client that would get the answer."""

from __future__ import annotations

import pytest

from agentport_harness.core.verdict import Verdict
from agentport_harness.runner.catalogue import clients, setup_checks
from agentport_harness.setups.check import examined
from agentport_harness.setups.client import Client, FilePlace
from agentport_harness.setups.endpoint import Endpoint
from agentport_harness.setups.entries import find_entries
from agentport_harness.setups.mending import read_source
from agentport_harness.setups.setup import ConfigFile, Setup
from tests.doctor.homes import CLAUDE, CODEX, URL

TOOLS = ("agentport__call_tool", "agentport__await_approval")


def _own(known: Client) -> FilePlace:
    return next(place for place in known.files if place.scope == "user")


def _verdicts(client: str, text: str, endpoint: Endpoint) -> dict[str, Verdict]:
    known = clients()[client]
    place = _own(known)
    file = ConfigFile(place=place, path="/home/me/config", text=text, source=read_source(text, place.dialect))
    found = find_entries(known, [file], "", frozenset())
    setup = Setup(
        client=known, files=(file,), entries=found.entries, endpoints={"agentport": endpoint},
        environment={"AGENTPORT_API_KEY": "ap_live_0123456789abcdef"},
    )  # fmt: skip
    result = examined(setup, setup_checks(), skipped={}, catalogue=setup_checks())
    return {verdict.rule: verdict for verdict in result.verdicts}


@pytest.mark.parametrize(
    ("client", "text", "status"), [("codex", CODEX, "fail"), ("claude-code", CLAUDE, "pass")], ids=["codex", "claude"]
)
def test_a_gateway_without_a_handshake_suits_only_clients_that_need_none(client: str, text: str, status: str) -> None:
    answered = Endpoint(url=URL, state="fine", revision="2026-07-28", tools=TOOLS)

    assert _verdicts(client, text, answered)["DR404"].status == status


@pytest.mark.parametrize(
    ("tools", "status"),
    [
        (TOOLS, "pass"),
        (("stripe__create_refund", "agentport__await_approval"), "pass"),
        (("agentport__call_tool",), "fail"),
        (("search",), "fail"),
    ],
)
def test_a_server_has_to_list_a_way_to_call_and_to_wait(tools: tuple[str, ...], status: str) -> None:
    answered = Endpoint(url=URL, state="fine", revision="2025-11-25", tools=tools)

    assert _verdicts("codex", CODEX, answered)["DR405"].status == status


@pytest.mark.parametrize(("budget", "status"), [(45.0, "pass"), (300.0, "fail"), (0.0, "pass")])
def test_a_poll_budget_that_the_gateway_states_is_the_measure(budget: float, status: str) -> None:
    answered = Endpoint(url=URL, state="fine", revision="2025-11-25", tools=TOOLS, budget=budget)

    assert _verdicts("codex", CODEX, answered)["DR306"].status == status


@pytest.mark.parametrize(
    ("location", "cured"),
    [
        ("https://app.agentport.sh/v2/mcp", True),
        ("https://elsewhere.example/mcp", False),
        ("http://app.agentport.sh/mcp", False),
        ("https://app.agentport.sh/login", False),
        ("https://[", False),
    ],
)
def test_a_redirect_is_taken_over_only_when_it_stays_at_the_gateway(location: str, cured: bool) -> None:
    known = clients()["codex"]
    file = ConfigFile(place=_own(known), path="/c", text=CODEX, source=read_source(CODEX, "toml"))
    answered = Endpoint(url=URL, state="redirected", status=308, location=location)
    setup = Setup(
        client=known, files=(file,), entries=find_entries(known, [file], "", frozenset()).entries,
        endpoints={"agentport": answered},
    )  # fmt: skip
    (check,) = [check for check in setup_checks() if check.id == "DR402"]

    assert bool(examined(setup, (check,), skipped={}, catalogue=(check,)).cures) is cured


def test_a_check_that_fails_itself_is_an_error_and_takes_no_other_with_it() -> None:
    known = clients()["codex"]
    broken = ConfigFile(place=known.files[-1], path="/c", source=None)  # type: ignore[arg-type]
    setup = Setup(client=known, files=(broken,))

    result = examined(setup, setup_checks(), skipped={}, catalogue=setup_checks())

    assert {"error", "not_applicable"} <= {verdict.status for verdict in result.verdicts}
