"""A transcript's agent side is played to whatever client asks, over HTTP and in the client's own format."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.transcript import HumanAct, Transcript, UpstreamCheck
from agentport_harness.scripted_model.script import ScriptedModel
from agentport_harness.scripted_model.serving import application
from agentport_harness.transcript_files import load_transcript
from tests.scripted_model.talkers import Chat, Gemini, Made, Messages, Responses, Talker

SUITE = Path(__file__).parents[2] / "harness" / "agentport_harness" / "suite"
WIRES = [Responses, Chat, Messages, Gemini]
REQUEST = "54457586-4102-4c19-9e57-e12872160d40"
OTHER = "9ef98bea-0aaf-45e5-841b-258a3b86889c"
TOOLS = ["agentport__describe_tool", "agentport__call_tool", "agentport__await_approval"]


def url(request_id: str) -> str:
    return f"http://127.0.0.1:4747/approve/{request_id}"


def await_it(request_id: str) -> str:
    return f'call agentport__await_approval(request_id="{request_id}")'


def required(request_id: str = REQUEST) -> str:
    return f"A human must approve this call.\n\n{url(request_id)}\n\n{await_it(request_id)}"


PENDING = f"Still pending: nobody has decided on request {REQUEST} yet. Now {await_it(REQUEST)}"
DENIED = "This tool call was denied by the human. Do not repeat it."


class Watched:
    """A world that keeps what the script asked of it."""

    def __init__(self) -> None:
        self.deeds: list[tuple[str, str, str]] = []
        self.checks: list[tuple[str, object]] = []

    def soon(self, act: HumanAct, request_id: str) -> None:
        self.deeds.append(("soon", act.deed, request_id))

    async def now(self, act: HumanAct, request_id: str) -> None:
        self.deeds.append(("now", act.deed, request_id))

    def look_upstream(self, check: UpstreamCheck, known: Mapping[str, JSON]) -> None:
        del known
        self.checks.append((check.tool, check.calls))


def shipped(name: str) -> Transcript:
    return load_transcript(SUITE / f"{name}.transcript.yaml")


def scripted(name: str | Transcript) -> tuple[ScriptedModel, Watched]:
    world = Watched()
    transcript = shipped(name) if isinstance(name, str) else name
    known = {"gateway": "http://127.0.0.1:4747", "stripe": "stripe-1", "notes": "notes-1"}
    return ScriptedModel(transcript, known, world), world


@asynccontextmanager
async def reachable(model: ScriptedModel) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=application(model.answer))
    async with httpx2.AsyncClient(transport=transport, base_url="http://model") as http:
        yield http


def bare(made: Made) -> str:
    return "agentport__" + made.name.rpartition("agentport__")[2]


@pytest.mark.parametrize("streams", [True, False], ids=["streaming", "whole"])
@pytest.mark.parametrize("wire", WIRES)
def test_every_wire_plays_the_default_path_with_the_link_that_the_client_sent_back(
    wire: type[Talker], streams: bool
) -> None:
    async def play() -> None:
        model, world = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = wire(http, TOOLS, streams)
            client.say("Refund Dana.")
            _, (describe,) = await client.ask()
            client.send_back(describe, "{}")
            _, (call,) = await client.ask()
            client.send_back(call, required())
            (text,), (wait,) = await client.ask()
            client.send_back(wait, '{"refund": "re_7731", "status": "succeeded"}')
            last, none = await client.ask()
        assert [bare(one) for one in (describe, call, wait)] == TOOLS
        assert describe.arguments == {"integration_id": "stripe-1", "tool_name": "create_refund"}
        assert call.arguments["arguments"] == {"charge": "ch_1182", "amount": 4900}
        assert url(REQUEST) in text
        assert wait.arguments == {"request_id": REQUEST}
        assert (last, none) == (["The refund of $49.00 went through."], [])
        assert world.deeds == [("soon", "approves", REQUEST)]
        await model.after_turn()
        assert [tool for tool, _ in world.checks] == ["stripe/create_refund", "stripe/create_refund"]
        assert model.finished
        assert model.differences == []

    anyio.run(play)


@pytest.mark.parametrize("wire", WIRES)
def test_calls_of_one_answer_keep_their_results_apart(wire: type[Talker]) -> None:
    async def play() -> None:
        model, world = scripted("approval/two-requests-at-once")
        async with reachable(model) as http:
            client = wire(http, TOOLS)
            client.say("Refund both.")
            _, (describe,) = await client.ask()
            client.send_back(describe, "{}")
            _, (dana, ben) = await client.ask()
            client.send_back(dana, required(REQUEST))
            client.send_back(ben, required(OTHER))
            (text,), waits = await client.ask()
        assert (dana.arguments["arguments"]["charge"], ben.arguments["arguments"]["charge"]) == ("ch_1182", "ch_1190")
        assert text.index(url(REQUEST)) < text.index(url(OTHER))
        assert [wait.arguments["request_id"] for wait in waits] == [REQUEST, OTHER]
        assert world.deeds == [("soon", "approves", REQUEST), ("soon", "denies", OTHER)]

    anyio.run(play)


def test_a_request_that_is_sent_again_gets_the_same_answer_again() -> None:
    async def play() -> None:
        model, world = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Chat(http, TOOLS)
            client.say("Refund Dana.")
            first = (await http.post(client.path(), json=client.body() | {"stream": False})).json()["choices"]
            again = (await http.post(client.path(), json=client.body() | {"stream": False})).json()["choices"]
        assert first == again
        assert world.checks == []

    anyio.run(play)


def test_a_request_without_tools_is_aside_from_the_script() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            aside = Chat(http, [])
            aside.say("Make a title for this session.")
            texts, calls = await aside.ask()
            client = Chat(http, TOOLS)
            client.say("Refund Dana.")
            _, (describe,) = await client.ask()
        assert texts
        assert calls == []
        assert bare(describe) == "agentport__describe_tool"

    anyio.run(play)


def test_a_second_turn_begins_with_the_next_prompt_and_the_human_acts_in_between() -> None:
    async def play() -> None:
        model, world = scripted("waiting/after-a-chat-reply")
        async with reachable(model) as http:
            client = Messages(http, TOOLS)
            client.say("Refund Dana.")
            for answer in ("{}", required()):
                _, (call,) = await client.ask()
                client.send_back(call, answer)
            (shared,), none = await client.ask()
            assert none == []
            assert url(REQUEST) in shared
            assert world.deeds == []
            await model.after_turn()
            assert world.deeds == [("now", "approves", REQUEST)]
            client.say("I approved it.")
            _, (wait,) = await client.ask()
        assert wait.arguments == {"request_id": REQUEST}

    anyio.run(play)


def test_the_human_decides_before_the_agent_goes_on_where_the_script_has_it_so() -> None:
    async def play() -> None:
        model, world = scripted("approval/approved-before-waiting")
        async with reachable(model) as http:
            client = Messages(http, TOOLS)
            client.say("Refund Dana.")
            for answer in ("{}", required()):
                _, (call,) = await client.ask()
                client.send_back(call, answer)
            texts, (wait,) = await client.ask()
        assert url(REQUEST) in texts[0]
        assert bare(wait) == "agentport__await_approval"
        assert world.deeds == [("now", "approves", REQUEST)]

    anyio.run(play)


def test_prompts_and_deeds_that_need_what_never_came_stop_the_script() -> None:
    async def play() -> None:
        model, world = scripted("waiting/after-a-chat-reply")
        assert model.prompt("See ${approval_url}", "$.turns[1].human") == ""
        assert model.stopped
        assert model.finished
        other, _ = scripted("waiting/after-a-chat-reply")
        other._after = [HumanAct(deed="approves", request_id="${nobody.request_id}", pointer="$.x")]
        await other.after_turn()
        assert other.stopped
        assert world.deeds == []

    anyio.run(play)


def test_what_came_back_otherwise_than_expected_is_said_with_its_place() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Messages(http, TOOLS)
            client.say("Refund Dana.")
            _, (describe,) = await client.ask()
            client.send_back(describe, "{}")
            _, (call,) = await client.ask()
            client.send_back(call, DENIED)
            (last,), none = await client.ask()
        assert (last, none) == ("This did not go as the script has it, so it ends here.", [])
        assert model.differences[0].startswith("Expected outcome approval_required, got denied_by_human")
        assert "(line " in model.differences[0]
        assert "got ${request_id}" in model.differences[1]
        assert model.stopped

    anyio.run(play)


def test_a_call_that_nothing_came_back_for_is_said() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Messages(http, TOOLS)
            client.say("Refund Dana.")
            await client.ask()
            client.history.append({"role": "user", "content": "[interrupted]"})
            await client.ask()
        assert model.differences == ["The client sent nothing back for this call - at `$.turns[0].agent[0]` (line 16)"]

    anyio.run(play)


class Deferring(Responses):
    """Codex with a tool search: the tools are known after it only."""

    def body(self) -> dict[str, Any]:
        return super().body() | {"tools": [{"type": "tool_search"}]}


def test_deferred_tools_are_searched_for_once_in_codex() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Deferring(http, TOOLS)
            client.say("Refund Dana.")
            _, (search,) = await client.ask()
            assert search.name == "tool_search_call"
            tools = Responses.body(client)["tools"]
            client.history.append({"type": "tool_search_output", "call_id": search.call_id, "tools": tools})
            _, (describe,) = await client.ask()
            client.send_back(describe, "{}")
            _, (call,) = await client.ask()
        assert describe.name == "agentport__describe_tool"
        assert call.name == "agentport__call_tool"
        assert client.history[-1]["namespace"] == "mcp__agentport"

    anyio.run(play)


def test_deferred_tools_are_searched_for_by_name_in_claude_code() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Messages(http, [])
            listed = "\n".join(f"mcp__agentport__{name}" for name in TOOLS)
            client.say(f"<system-reminder>Deferred tools:\n{listed}</system-reminder> Refund Dana.")
            offered = client.body() | {"tools": [{"name": "ToolSearch"}], "stream": False}
            (block,) = (await http.post(client.path(), json=offered)).json()["content"]
        assert block["name"] == "ToolSearch"
        assert block["input"]["query"] == "select:" + ",".join(sorted(f"mcp__agentport__{name}" for name in TOOLS))

    anyio.run(play)


class CodeMode(Responses):
    """Codex in code mode: no tools but programs."""

    def body(self) -> dict[str, Any]:
        tools = [{"type": "custom", "name": "exec"}, {"type": "function", "name": "wait"}]
        added = {"type": "additional_tools", "tools": tools}
        return super().body() | {"tools": [], "input": [added, *self.history]}

    def print_back(self, made: Made, *texts: str) -> None:
        output = [{"type": "input_text", "text": text} for text in texts]
        self.history.append({"type": "custom_tool_call_output", "call_id": made.call_id, "output": output})


def answered(number: int, text: str) -> str:
    return json.dumps({"n": number, "r": {"content": [{"type": "text", "text": text}]}}, separators=(",", ":"))


def test_code_mode_gets_a_program_and_waits_for_it_while_it_runs() -> None:
    async def play() -> None:
        model, _ = scripted("approval/two-requests-at-once")
        async with reachable(model) as http:
            client = CodeMode(http, TOOLS)
            client.say("Refund both.")
            _, (describe,) = await client.ask()
            client.print_back(describe, "Script completed\nOutput:\n", answered(0, "{}"))
            _, (both,) = await client.ask()
            client.print_back(both, "Script completed\n", answered(1, required(OTHER)), answered(0, required()))
            (text,), (waits,) = await client.ask()
            client.print_back(waits, "Script running with cell ID 3\nWall time 30 seconds\n")
            _, (still,) = await client.ask()
            client.print_back(still, "Script completed\n", answered(0, "done"), answered(1, DENIED))
            last, _ = await client.ask()
        assert describe.name == "exec"
        assert 'call("agentport__describe_tool", {"integration_id": "stripe-1"' in describe.arguments
        assert both.arguments.count('call("agentport__call_tool"') == 2
        assert text.index(url(REQUEST)) < text.index(url(OTHER))
        assert (still.name, still.arguments["cell_id"]) == ("wait", "3")
        assert last == ["Dana's refund went through. You denied Ben's, so nothing was refunded to him."]
        assert model.differences == []

    anyio.run(play)


def test_a_client_that_limits_a_call_gets_the_wait_made_again() -> None:
    async def play() -> None:
        transcript = shipped("approval/approved-while-waiting")
        (turn,) = transcript.turns
        wait = turn.steps[3].parts[1]  # type: ignore[union-attr]
        again = replace(turn.steps[3], parts=(replace(wait, repeat=True),))  # type: ignore[type-var, arg-type]
        model, world = scripted(replace(transcript, turns=(replace(turn, steps=(*turn.steps[:3], again)),)))
        async with reachable(model) as http:
            client = Messages(http, TOOLS)
            client.say("Refund Dana.")
            for answer in ("{}", required()):
                _, (call,) = await client.ask()
                client.send_back(call, answer)
            _, (first,) = await client.ask()
            failed = {
                "type": "tool_result",
                "tool_use_id": first.call_id,
                "is_error": True,
                "content": "timed out after 2s",
            }
            client.history.append({"role": "user", "content": [failed]})
            _, (second,) = await client.ask()
            client.send_back(second, PENDING)
            _, (third,) = await client.ask()
            client.send_back(third, "it succeeded")
            await client.ask()
        assert first.arguments == second.arguments == third.arguments == {"request_id": REQUEST}
        assert len({first.call_id, second.call_id, third.call_id}) == 3
        assert world.deeds == [("soon", "approves", REQUEST)]
        assert model.differences == []

    anyio.run(play)


REPORTED = json.dumps([{"functionResponse": {"response": {"content": [{"type": "text", "text": DENIED}]}}}])


@pytest.mark.parametrize(
    ("wire", "dressed"),
    [
        (Messages, f"{DENIED}\n\n<system-reminder>\n<total_tokens>9</total_tokens>\n</system-reminder>"),
        (Gemini, f"<untrusted_context>\n{DENIED}\n</untrusted_context>"),
        (Gemini, f"MCP tool 'agentport__call_tool' reported tool error: {{}} with response: {REPORTED}"),
        (Responses, json.dumps([{"type": "text", "text": DENIED}])),
        (Responses, json.dumps({"content": [{"type": "text", "text": DENIED}], "isError": True})),
        (Chat, json.dumps({"outcome": "denied_by_human", "message": "no"})),
    ],
)
def test_results_are_read_through_what_clients_wrap_around_them(wire: type[Talker], dressed: str) -> None:
    async def play() -> None:
        model, _ = scripted("denial/by-the-human")
        async with reachable(model) as http:
            client = wire(http, TOOLS)
            client.say("Refund Dana.")
            for answer in ("{}", required(), dressed):
                _, (call,) = await client.ask()
                client.send_back(call, answer)
            last, _ = await client.ask()
        assert last == ["You denied the refund, so nothing was refunded to Dana."]
        assert model.differences == []

    anyio.run(play)


def test_a_refusal_of_codex_itself_is_not_taken_for_the_upstreams_answer() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            client = Responses(http, TOOLS)
            client.say("Refund Dana.")
            for answer in ("{}", "MCP tool call requires approval, but approval policy is never"):
                _, (call,) = await client.ask()
                client.send_back(call, answer)
            await client.ask()
        assert model.differences[0].startswith("Expected outcome approval_required, got client_refused")

    anyio.run(play)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("path", ["/v1/responses", "/v1/messages", "/v1/chat/completions"])
def test_what_is_no_request_is_refused_and_nothing_of_the_script_is_spent(path: str, body: bytes) -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            refused = await http.post(path, content=body)
        assert refused.status_code == 400
        assert model.seen.requests == 0

    anyio.run(play)


def test_a_packed_request_is_read_and_a_broken_one_is_refused() -> None:
    import zstandard

    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            packed = {"content-encoding": "zstd"}
            body = zstandard.ZstdCompressor().compress(b'{"input": [], "tools": []}')
            assert (await http.post("/responses", content=body, headers=packed)).status_code == 200
            assert (await http.post("/responses", content=b"\x00", headers=packed)).status_code == 400

    anyio.run(play)


@pytest.mark.parametrize(
    "body",
    [
        {"input": 7, "messages": 7, "contents": 7, "tools": 7},
        {"input": [7, {"type": "function_call_output", "output": 7}], "tools": [7, {"type": "namespace", "tools": 7}]},
        {"messages": [7, {"content": [7, {"type": "tool_result"}]}], "tools": [{"function": 7}]},
        {"contents": [{"parts": [{"functionResponse": 7}, 7]}], "tools": [{"functionDeclarations": [7]}]},
    ],
)
@pytest.mark.parametrize(
    "path", ["/responses", "/v1/messages", "/chat/completions", "/v1beta/models/g:streamGenerateContent"]
)
def test_a_request_of_odd_shape_is_answered_all_the_same(path: str, body: dict[str, Any]) -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            assert (await http.post(path, json=body)).status_code == 200

    anyio.run(play)


def test_tokens_are_counted_and_other_paths_are_not_there() -> None:
    async def play() -> None:
        model, _ = scripted("approval/approved-while-waiting")
        async with reachable(model) as http:
            assert (await http.post("/v1/messages/count_tokens", json={})).json() == {"input_tokens": 100}
            assert (await http.post("/v1beta/models/g:countTokens", json={})).json() == {"totalTokens": 100}
            assert (await http.get("/v1/models")).status_code == 404

    anyio.run(play)
