"""Reads a trace as a session: every call with its meaning, every answer with its outcome."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from agentport_harness.core.calls import Await, CallTool, Decide, Elsewhere, Meaning, UnknownGatewayTool
from agentport_harness.core.outcomes import UNANSWERED, Outcome
from agentport_harness.core.session import Action, Session, turns_of
from agentport_harness.core.trace import ToolCall, ToolResult, Trace
from agentport_harness.surfaces.answers import read_answer
from agentport_harness.surfaces.meta import read_direct, read_meta
from agentport_harness.surfaces.names import PREFIX, ToolName, direct_tool, read_name
from agentport_harness.surfaces.rest import (
    http_request,
    is_browser,
    opens_approval_page,
    read_http_answer,
    read_request,
    shell_request,
)
from agentport_harness.surfaces.shell import (
    SHELL_TOOLS,
    command_text,
    commands,
    is_ap,
    may_concern_the_gateway,
    read_ap,
    read_ap_answer,
)

_Calls: TypeAlias = Sequence[tuple[int, ToolCall]]

_SCRIPT = "exec"
_NO_ANSWER = (None, None)
_EXECUTED, _FAILED = Outcome(kind="executed"), Outcome(kind="failed")


def read_session(trace: Trace) -> Session:
    """The session that a trace records. Time and memory are linear in the trace's size."""
    turns = turns_of(trace)
    calls = [(seq, event) for seq, event in enumerate(trace.events) if type(event) is ToolCall]
    answers = _answers(trace)
    gateways = _gateways(trace, calls)
    scripts = _scripts(trace, calls, answers, gateways)
    actions: list[Action] = []
    turn = 0
    for seq, call in calls:
        if seq in scripts:
            continue
        while seq >= turns[turn].stop:
            turn += 1
        result_seq, result = answers.get(seq, _NO_ANSWER)
        for part, (meaning, outcome) in enumerate(_read_call(call, result, gateways)):
            actions.append(
                Action(
                    seq=seq,
                    turn=turns[turn].number,
                    call=call,
                    meaning=meaning,
                    outcome=outcome,
                    result=result,
                    result_seq=result_seq,
                    part=part,
                )
            )
    return Session(trace=trace, turns=turns, actions=tuple(actions))


def read_outcome(call: ToolCall, result: ToolResult) -> Outcome:
    """What one answer means, outside a session: the last outcome where a shell call holds several commands."""
    *_, (_, outcome) = _read_call(call, result, (call.server,) if call.server else ())
    return outcome


def _answers(trace: Trace) -> dict[int, tuple[int, ToolResult]]:
    """Each call's result, by event numbers: the nth result of an id answers its nth call that came before."""
    open_calls: dict[str, deque[int]] = defaultdict(deque)
    answers: dict[int, tuple[int, ToolResult]] = {}
    for seq, event in enumerate(trace.events):
        if type(event) is ToolCall:
            open_calls[event.call_id].append(seq)
        elif type(event) is ToolResult and open_calls[event.call_id]:
            answers[open_calls[event.call_id].popleft()] = (seq, event)
    return answers


def _gateways(trace: Trace, calls: _Calls) -> tuple[str, ...]:
    """The servers that are known to be the gateway: by configuration, or by their other tools."""
    called = {(call.tool, call.server) for _, call in calls} | {(tool, "") for tool in trace.known_tools}
    names = [read_name(tool, server) for tool, server in called]
    found = {name.server for name in names if name.tool.startswith(PREFIX)}
    # the longest first: what is glued to a name says more than no server at all
    return tuple(sorted(found | trace.gateway_servers, key=lambda server: (-len(server), server)))


def _scripts(
    trace: Trace, calls: _Calls, answers: Mapping[int, tuple[int, ToolResult]], gateways: tuple[str, ...]
) -> frozenset[int]:
    """The calls that ran a script which called the gateway: what the script called stands for it, so it is no action.

    Such a call has the model's answer in common with what it called, and is answered later.
    """
    found: set[int] = set()
    nearest: dict[int, int] = {}
    if not any(call.tool == _SCRIPT for _, call in calls):
        return frozenset()
    for seq, call in reversed(calls):
        if _runs_script(call):
            stop = answers[seq][0] if seq in answers else len(trace.events)
            if nearest.get(call.step, stop) < stop:
                found.add(seq)
        elif _mcp_meaning(read_name(call.tool, call.server), call, gateways) is not None:
            nearest[call.step] = seq
    return frozenset(found)


def _runs_script(call: ToolCall) -> bool:
    """Whether a call is one of Codex's code mode, whose scripts reach every tool by ``tools``."""
    return call.tool == _SCRIPT and not call.server and isinstance(call.arguments, str) and "tools" in call.arguments


def _read_call(
    call: ToolCall, result: ToolResult | None, gateways: tuple[str, ...]
) -> Iterator[tuple[Meaning, Outcome]]:
    if _is_shell(call.tool, call.server, gateways):
        yield from _read_shell(call, result)
        return
    name = read_name(call.tool, call.server)
    meaning = _mcp_meaning(name, call, gateways)
    if meaning is not None:
        yield meaning, read_answer(result, waits=isinstance(meaning, Await)) if result else UNANSWERED
    elif request := http_request(name.tool, call.arguments):
        asked = read_request(request) or Elsewhere(name=call.tool, command=request.url)
        yield asked, read_http_answer(asked, result) if result else UNANSWERED
    elif is_browser(name.tool) and (page := opens_approval_page(call.arguments)):
        yield Decide(surface="rest", how=f"{call.tool} {page}"), _elsewhere(result)
    else:
        yield Elsewhere(name=call.tool), _elsewhere(result)


@lru_cache(maxsize=1024)
def _is_shell(tool: str, server: str, gateways: tuple[str, ...]) -> bool:
    """Whether the tool of that name runs commands, and is none of the gateway's."""
    name = read_name(tool, server)
    if name.meta or direct_tool(name, gateways) or (name.server and name.server in gateways):
        return False
    return name.tool.casefold() in SHELL_TOOLS or name.tool.rpartition("__")[2].casefold() in SHELL_TOOLS


def _mcp_meaning(name: ToolName, call: ToolCall, gateways: tuple[str, ...]) -> Meaning | None:
    if name.meta:
        return read_meta(name.meta, call.arguments)
    if direct := direct_tool(name, gateways):
        return read_direct(*direct, call.arguments)
    if name.server and name.server in gateways:
        return UnknownGatewayTool(surface="meta", name=name.tool)
    return None


def _read_shell(call: ToolCall, result: ToolResult | None) -> Iterator[tuple[Meaning, Outcome]]:
    text = command_text(call.arguments)
    if not may_concern_the_gateway(text):
        yield Elsewhere(name=call.tool, command=text), _elsewhere(result)
        return
    gated: Counter[str] = Counter()
    found = False
    for command in commands(text):
        if is_ap(command):
            meaning = read_ap(command)
            outcome = read_ap_answer(meaning, result, gated["calls"]) if result else UNANSWERED
            gated["calls"] += isinstance(meaning, CallTool)
        elif (request := shell_request(command.words)) and (asked := read_request(request)):
            meaning = asked
            outcome = read_http_answer(meaning, result) if result else UNANSWERED
        else:
            continue
        found = True
        yield meaning, outcome
    if not found:
        yield Elsewhere(name=call.tool, command=text), _elsewhere(result)


def _elsewhere(result: ToolResult | None) -> Outcome:
    if result is None:
        return UNANSWERED
    if result.fault:
        return Outcome(kind=result.fault)
    return _FAILED if result.is_error or result.exit_code not in (0, None) else _EXECUTED
