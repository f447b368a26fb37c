"""The same call, wait and answer mean the same on every surface, however a client writes names and answers."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.calls import AuthStatus, Await, CallTool, Discover, Install
from agentport_harness.core.json_values import identity
from agentport_harness.core.session import Action, waited_on
from agentport_harness.core.trace import ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session
from tests.rules.wires import NAMES, Answer, Ask, Request, Wire
from tests.rules.world import TASKS, refund

REQUEST = Request(
    id="3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3",
    url="https://gw.example/approve/3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3",
)
wires = st.builds(
    Wire,
    random=st.randoms(use_true_random=False),
    surface=st.sampled_from(("meta", "direct", "shell", "rest")),
    base=st.just("https://gw.example"),
    naming=st.sampled_from(NAMES),
    style=st.sampled_from(("structured", "prose", "copy")),
    shell_tool=st.sampled_from(("bash", "exec_command", "mcp__box__run_command")),
    argv=st.sampled_from(("text", "list", "words")),
    http=st.sampled_from(("tool", "curl")),
)
infos = st.one_of(st.just("Refund for Dana, who was charged twice."), st.text(st.characters(codec="utf-8"), min_size=1))


def read(ask: Ask, answer: Answer | None = None) -> Action:
    """The one action of a session that makes this call."""
    call = ToolCall(call_id="1", tool=ask.tool, server=ask.server, arguments=ask.arguments, step=1)
    results = () if answer is None else (ToolResult(call_id="1", **answer),)
    [action] = read_session(Trace(events=(call, *results), gateway_servers=frozenset({"agentport", ""}))).actions
    return action


@given(wires, st.sampled_from(TASKS), infos)
def test_a_call_carries_its_integration_tool_arguments_and_info(wire: Wire, make: object, info: str) -> None:
    task = make(Random(5))  # type: ignore[operator]
    meaning = read(wire.call(task, info=info)).meaning
    assert isinstance(meaning, CallTool)
    assert (meaning.surface, meaning.integration, meaning.tool) == (wire.surface, task.integration, task.tool)
    assert identity(meaning.arguments) == identity(task.arguments)
    assert meaning.info == info
    assert meaning.info_inside is None
    assert meaning.json_output
    assert not meaning.waits


@given(wires)
def test_a_wait_names_its_request(wire: Wire) -> None:
    action = read(wire.wait(REQUEST))
    assert isinstance(action.meaning, Await)
    assert waited_on(action) == REQUEST.id


@given(wires)
def test_a_look_says_what_it_looked_at(wire: Wire) -> None:
    described = read(wire.look("describe", integration="stripe", tool="create_refund")).meaning
    assert isinstance(described, Discover)
    assert described.integration == "stripe"
    assert described.kind == ("tools" if wire.surface == "rest" else "describe")
    for kind in ("installed", "available"):
        looked = read(wire.look(kind)).meaning
        assert isinstance(looked, Discover)
        assert looked.kind == kind
    if wire.surface != "rest":
        assert isinstance(read(wire.look("status", integration="linear")).meaning, AuthStatus)


@given(wires, st.sampled_from(("", "phx_123")))
def test_an_installation_names_the_integration_and_what_it_carried(wire: Wire, token: str) -> None:
    meaning = read(wire.install("linear", token=token)).meaning
    assert isinstance(meaning, Install)
    assert (meaning.kind, meaning.integration, meaning.token) == ("install", "linear", token)
    assert meaning.auth_method == ("token" if token else "oauth")


ANSWERS = (
    "approval_required", "denied_by_policy", "upstream_failed", "client_timeout", "client_refused", "transport",
    "cancelled",
)  # fmt: skip
WAITED = ("still_pending", "denied_by_human", "expired", "client_timeout", "transport", "cancelled")


@given(wires, st.sampled_from(ANSWERS))
def test_the_answer_to_a_call_means_the_same_everywhere(wire: Wire, kind: str) -> None:
    task = refund(Random(5))
    outcome = read(wire.call(task, info="-"), wire.answered(kind, REQUEST, task, waited=False)).outcome
    vague = kind == "upstream_failed" and (wire.surface == "shell" or (wire.surface, wire.http) == ("rest", "curl"))
    marked = wire.surface in {"meta", "direct"} or not vague
    assert outcome.kind == (kind if marked else "failed")
    if kind == "approval_required":
        assert (outcome.request_id, outcome.approval_url) == (REQUEST.id, REQUEST.url)
        assert outcome.retry_runs == wire.retry_runs


@given(wires, st.sampled_from(WAITED))
def test_the_answer_to_a_wait_means_the_same_everywhere(wire: Wire, kind: str) -> None:
    task = refund(Random(5))
    outcome = read(wire.wait(REQUEST), wire.answered(kind, REQUEST, task, waited=True)).outcome
    assert outcome.kind == kind


@given(wires)
def test_a_result_means_that_the_call_ran(wire: Wire) -> None:
    task = refund(Random(5))
    assert read(wire.call(task, info="-"), wire.executed(task)).outcome.kind == "executed"
    if wire.retry_runs:
        approved = read(wire.wait(REQUEST), wire.answered("approved", REQUEST, task, waited=True)).outcome
        assert (approved.kind, approved.retry_runs) == ("approved", True)
    assert read(wire.call(task, info="-")).outcome.kind == "unanswered"
