"""One abstract session, written down as each client would have recorded it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentport_harness.core.trace import AgentMessage, Event, HumanMessage, ToolCall, ToolResult, Trace, TurnEnd


@dataclass(frozen=True)
class Call:
    """A call of a meta tool; ``answer`` is None when the session was cut off before it came."""

    tool: str
    arguments: Mapping[str, Any]
    answer: str | None
    failed: bool = False


@dataclass(frozen=True)
class Step:
    """One answer of the model: what it said, then what it called."""

    text: str
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Turn:
    """What the human wrote, and what the agent did until it was done."""

    human: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Session:
    """A session; ``cut_off`` says that the recording stops in its last turn."""

    turns: tuple[Turn, ...]
    cut_off: bool = False


def numbered(turn: Turn, number: int) -> Iterator[tuple[Step, list[tuple[str, Call]]]]:
    """The steps of a turn, their calls with ids."""
    for step_number, step in enumerate(turn.steps):
        yield step, [(f"c{number}-{step_number}-{index}", call) for index, call in enumerate(step.calls)]


def as_trace(session: Session) -> Trace:
    """The session as a trace that lacks nothing."""
    events: list[Event] = []
    count = 0
    for number, turn in enumerate(session.turns):
        events.append(HumanMessage(text=turn.human))
        for step, calls in numbered(turn, number):
            count += 1
            if step.text:
                events.append(AgentMessage(text=step.text, step=count))
            events += [ToolCall(call_id=i, tool=c.tool, arguments=c.arguments, step=count) for i, c in calls]
            for call_id, call in calls:
                if call.answer is not None:
                    events.append(ToolResult(call_id=call_id, text=call.answer, is_error=call.failed))
        if not (session.cut_off and turn is session.turns[-1]):
            events.append(TurnEnd())
    return Trace(events=tuple(events))


def _lines(records: list[Any]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def _blocks(text: str) -> list[Any]:
    return [{"type": "text", "text": text}]


def _ended(session: Session, turn: Turn) -> bool:
    return not (session.cut_off and turn is session.turns[-1])


def codex_old(session: Session) -> bytes:
    """A rollout of 0.120: flat names, results as serialised texts."""
    return _rollout(session, "flat")


def codex_middle(session: Session) -> bytes:
    """A rollout of 0.135: namespaces, and an event for each MCP call that ended."""
    return _rollout(session, "ends")


def codex(session: Session) -> bytes:
    """A rollout of 0.169: everything also as items."""
    return _rollout(session, "items")


def _rollout(session: Session, style: str) -> bytes:
    records: list[Any] = [{"type": "session_meta", "payload": {"id": "s", "cli_version": "0"}}]

    def event(**payload: Any) -> None:
        records.append({"type": "event_msg", "payload": payload})

    def response(**payload: Any) -> None:
        records.append({"type": "response_item", "payload": payload})

    for number, turn in enumerate(session.turns):
        event(type="task_started")
        response(type="message", role="user", content=[{"type": "input_text", "text": turn.human}])
        if style == "items":
            event(type="item_completed", item={"type": "UserMessage", "content": _blocks(turn.human)})
        else:
            event(type="user_message", message=turn.human)
        for step, calls in numbered(turn, number):
            if step.text:
                if style == "items":
                    item = {"type": "AgentMessage", "content": [{"type": "Text", "text": step.text}]}
                    event(type="item_completed", item=item)
                else:
                    event(type="agent_message", message=step.text)
                response(type="message", role="assistant", content=[{"type": "output_text", "text": step.text}])
            for call_id, call in calls:
                named = (
                    {"name": f"mcp__gw__{call.tool}"}
                    if style == "flat"
                    else {"name": call.tool, "namespace": "mcp__gw"}
                )
                response(type="function_call", call_id=call_id, arguments=json.dumps(call.arguments), **named)
            for call_id, call in calls:
                if call.answer is None:
                    continue
                result = {"content": _blocks(call.answer), "isError": call.failed}
                said = {"server": "gw", "tool": call.tool, "arguments": call.arguments}
                if style == "ends":
                    event(type="mcp_tool_call_end", call_id=call_id, invocation=said, result={"Ok": result})
                elif style == "items":
                    item = {"type": "McpToolCall", "id": call_id, "status": "completed", "result": result, **said}
                    event(type="item_completed", item=item)
                text = f"Wall time: 0.1 seconds\nOutput:\n{json.dumps(_blocks(call.answer))}"
                response(type="function_call_output", call_id=call_id, output=text)
        if _ended(session, turn):
            event(type="task_complete")
    return _lines(records)


def codex_exec(session: Session) -> bytes:
    """A stream of ``codex exec --json``."""
    records: list[Any] = [{"type": "thread.started", "thread_id": "t"}]

    def item(kind: str, **fields: Any) -> None:
        records.append({"type": f"item.{kind}", "item": fields})

    for number, turn in enumerate(session.turns):
        records.append({"type": "turn.started"})
        for step, calls in numbered(turn, number):
            if step.text:
                item("completed", id="m", type="agent_message", text=step.text)
            for kind in ("started", "completed"):
                for call_id, call in calls:
                    said = {"server": "gw", "tool": call.tool, "arguments": call.arguments}
                    if kind == "started":
                        item(kind, id=call_id, type="mcp_tool_call", status="in_progress", **said)
                    elif call.answer is not None:
                        result = {"content": _blocks(call.answer), "structured_content": None}
                        status = "failed" if call.failed else "completed"
                        item(kind, id=call_id, type="mcp_tool_call", status=status, result=result, **said)
        if _ended(session, turn):
            records.append({"type": "turn.completed"})
    return _lines(records)


def claude_code(session: Session) -> bytes:
    """A session file of Claude Code."""
    return _claude(session, stream=False)


def claude_stream(session: Session) -> bytes:
    """A stream-json stream of Claude Code."""
    return _claude(session, stream=True)


def _claude(session: Session, *, stream: bool) -> bytes:
    records: list[Any] = []

    def record(kind: str, **fields: Any) -> None:
        head = {"session_id": "s"} if stream else {"sessionId": "s", "parentUuid": None, "isSidechain": False}
        records.append({"type": kind, "uuid": f"u{len(records)}", **head, **fields})

    for number, turn in enumerate(session.turns):
        if stream:
            record("system", subtype="init", tools=[])
        else:
            record("user", message={"role": "user", "content": turn.human})
        for step_number, (step, calls) in enumerate(numbered(turn, number)):
            blocks: list[Any] = _blocks(step.text) if step.text else []
            blocks += [
                {"type": "tool_use", "id": i, "name": f"mcp__gw__{c.tool}", "input": c.arguments} for i, c in calls
            ]
            for block in blocks:  # one block to a line
                answer = {"role": "assistant", "id": f"msg-{number}-{step_number}", "content": [block]}
                record("assistant", message=answer)
            for call_id, call in calls:
                if call.answer is not None:
                    result = {"type": "tool_result", "tool_use_id": call_id, "content": _blocks(call.answer)}
                    record("user", message={"role": "user", "content": [{**result, "is_error": call.failed}]})
        if _ended(session, turn):
            record(*(["result"] if stream else ["system"]), subtype="success" if stream else "turn_duration")
    return _lines(records)


def opencode(session: Session) -> bytes:
    """An export of opencode."""
    messages: list[Any] = []
    for number, turn in enumerate(session.turns):
        messages.append({"info": {"role": "user"}, "parts": _blocks(turn.human)})
        for step, calls in numbered(turn, number):
            messages.append({"info": {"role": "assistant"}, "parts": _parts(step, calls)})
        if _ended(session, turn):
            messages[-1]["info"]["finish"] = "stop"
    return json.dumps({"info": {"id": "s"}, "messages": messages}, indent=1).encode()


def _parts(step: Step, calls: list[tuple[str, Call]]) -> list[Any]:
    parts: list[Any] = [{"type": "step-start"}]
    parts += _blocks(step.text) if step.text else []
    for call_id, call in calls:
        status = "running" if call.answer is None else "error" if call.failed else "completed"
        state = {"status": status, "input": call.arguments, "error" if call.failed else "output": call.answer}
        parts.append({"type": "tool", "tool": f"gw_{call.tool}", "callID": call_id, "state": state})
    return parts


def opencode_events(session: Session) -> bytes:
    """An event stream of opencode."""
    kinds = {"step-start": "step_start", "text": "text", "tool": "tool_use"}
    records: list[Any] = []
    for number, turn in enumerate(session.turns):
        for step, calls in numbered(turn, number):
            records += [{"type": kinds[part["type"]], "sessionID": "s", "part": part} for part in _parts(step, calls)]
            reason = "stop" if _ended(session, turn) and step is turn.steps[-1] else "tool-calls"
            finish = {"type": "step-finish", "reason": reason}
            records.append({"type": "step_finish", "sessionID": "s", "part": finish})
    return _lines(records)


def gemini(session: Session) -> bytes:
    """A session file of gemini-cli, each message written again when its calls have ended."""
    records: list[Any] = [{"sessionId": "s", "projectHash": "p", "kind": "main"}]
    for number, turn in enumerate(session.turns):
        records.append({"id": f"h{number}", "type": "user", "content": [{"text": turn.human}]})
        for step_number, (step, calls) in enumerate(numbered(turn, number)):
            message = {"id": f"m{number}-{step_number}", "type": "gemini", "content": step.text}
            tool_calls = [
                {"id": i, "name": f"mcp_gw_{c.tool}", "args": c.arguments, **_gemini_result(c)} for i, c in calls
            ]
            records += [message, {**message, "toolCalls": tool_calls}] if calls else [message]
    return _lines(records)


def _gemini_result(call: Call) -> dict[str, Any]:
    if call.answer is None:
        return {"status": "executing"}
    response = (
        {"error": call.answer}
        if call.failed
        else {"output": f"<untrusted_context>\n{call.answer}\n</untrusted_context>"}
    )
    return {"status": "error" if call.failed else "success", "result": [{"functionResponse": {"response": response}}]}


def gemini_stream(session: Session) -> bytes:
    """A stream-json stream of gemini-cli, texts in pieces."""
    records: list[Any] = [{"type": "init", "session_id": "s"}]
    for number, turn in enumerate(session.turns):
        records.append({"type": "message", "role": "user", "content": turn.human, "timestamp": "x"})
        for step, calls in numbered(turn, number):
            pieces = [piece for piece in (step.text[:5], step.text[5:]) if piece]
            records += [{"type": "message", "role": "assistant", "content": piece, "delta": True} for piece in pieces]
            records += [
                {"type": "tool_use", "tool_name": f"mcp_gw_{c.tool}", "tool_id": i, "parameters": c.arguments}
                for i, c in calls
            ]
            for call_id, call in calls:
                if call.answer is not None:
                    told = {"error": {"message": call.answer}} if call.failed else {"output": call.answer}
                    status = "error" if call.failed else "success"
                    records.append({"type": "tool_result", "tool_id": call_id, "status": status, **told})
        if _ended(session, turn):
            records.append({"type": "result", "status": "success"})
    return _lines(records)


def openai_chat(session: Session) -> bytes:
    """Messages of OpenAI Chat."""
    return json.dumps({"messages": _chat_messages(session)}).encode()


def openai_chat_log(session: Session) -> bytes:
    """Logged calls of OpenAI Chat, each repeating the history."""
    messages = _chat_messages(session)
    answers = [number for number, message in enumerate(messages) if message["role"] == "assistant"]
    return _lines(
        [
            {"request": {"messages": messages[:number]}, "response": {"choices": [{"message": messages[number]}]}}
            for number in answers
        ]
        + [{"request": {"messages": messages}}]
    )


def _chat_messages(session: Session) -> list[Any]:
    messages: list[Any] = [{"role": "system", "content": "You help."}]
    for number, turn in enumerate(session.turns):
        messages.append({"role": "user", "content": turn.human})
        for step, calls in numbered(turn, number):
            made = [
                {"id": i, "type": "function", "function": {"name": c.tool, "arguments": json.dumps(c.arguments)}}
                for i, c in calls
            ]
            messages.append({"role": "assistant", "content": step.text or None, "tool_calls": made or None})
            messages += [
                {"role": "tool", "tool_call_id": i, "content": c.answer} for i, c in calls if c.answer is not None
            ]
    return messages


def openai_responses(session: Session) -> bytes:
    """Items of OpenAI Responses."""
    listed: list[Any] = []
    for number, turn in enumerate(session.turns):
        listed.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": turn.human}]})
        for step, calls in numbered(turn, number):
            if step.text:
                content = [{"type": "output_text", "text": step.text}]
                listed.append({"type": "message", "role": "assistant", "content": content})
            listed += [
                {"type": "function_call", "call_id": i, "name": c.tool, "arguments": json.dumps(c.arguments)}
                for i, c in calls
            ]
            listed += [
                {"type": "function_call_output", "call_id": i, "output": c.answer}
                for i, c in calls
                if c.answer is not None
            ]
    return json.dumps({"items": listed}).encode()


def anthropic_messages(session: Session) -> bytes:
    """Messages of the Anthropic API."""
    messages: list[Any] = []
    for number, turn in enumerate(session.turns):
        messages.append({"role": "user", "content": turn.human})
        for step, calls in numbered(turn, number):
            blocks: list[Any] = _blocks(step.text) if step.text else []
            blocks += [{"type": "tool_use", "id": i, "name": c.tool, "input": c.arguments} for i, c in calls]
            messages.append({"role": "assistant", "content": blocks})
            results = [
                {"type": "tool_result", "tool_use_id": i, "content": c.answer, "is_error": c.failed}
                for i, c in calls
                if c.answer is not None
            ]
            messages += [{"role": "user", "content": results}] if results else []
    return json.dumps({"system": "You help.", "messages": messages}, indent=1).encode()


def inspect(session: Session) -> bytes:
    """A log of Inspect AI."""
    messages: list[Any] = []
    for number, turn in enumerate(session.turns):
        messages.append({"role": "user", "content": turn.human})
        for step, calls in numbered(turn, number):
            made = [{"id": i, "function": c.tool, "arguments": c.arguments, "type": "function"} for i, c in calls]
            messages.append({"role": "assistant", "content": step.text, "tool_calls": made})
            messages += [
                {"role": "tool", "tool_call_id": i, "content": c.answer}
                | ({"error": {"type": "unknown", "message": c.answer}} if c.failed else {})
                for i, c in calls
                if c.answer is not None
            ]
    sample = {"id": 1, "epoch": 1, "input": "x", "target": "y", "messages": messages}
    return json.dumps({"version": 2, "status": "success", "eval": {"task": "t"}, "samples": [sample]}).encode()


def atif(session: Session) -> bytes:
    """An ATIF trajectory."""
    steps: list[Any] = []
    for number, turn in enumerate(session.turns):
        steps.append({"source": "user", "message": turn.human})
        for step, calls in numbered(turn, number):
            made = [{"tool_call_id": i, "function_name": c.tool, "arguments": c.arguments} for i, c in calls]
            seen = [{"source_call_id": i, "content": c.answer} for i, c in calls if c.answer is not None]
            observed = {"observation": {"results": seen}} if seen else {}
            steps.append({"source": "agent", "message": step.text, "tool_calls": made} | observed)
    for number, numbered_step in enumerate(steps, start=1):
        numbered_step["step_id"] = number
    return json.dumps({"schema_version": "ATIF-v1.8", "agent": {"name": "a", "version": "1"}, "steps": steps}).encode()


def otel_genai(session: Session) -> bytes:
    """OpenTelemetry spans of the model's calls, each repeating the history, and of the tools'."""
    spans: list[Any] = []
    history: list[Any] = []
    clock = iter(range(1, 10_000_000))

    def span(operation: str, failed: bool = False, **attributes: Any) -> None:
        listed = [{"key": "gen_ai.operation.name", "value": {"stringValue": operation}}]
        listed += [
            {"key": f"gen_ai.{key.replace('__', '.')}", "value": {"stringValue": value}}
            for key, value in attributes.items()
        ]
        start, stop = str(next(clock)), str(next(clock))
        spans.append(
            {"traceId": "t", "spanId": start, "startTimeUnixNano": start, "endTimeUnixNano": stop, "attributes": listed}
            | {"status": {"code": 2 if failed else 0}}
        )

    for number, turn in enumerate(session.turns):
        history.append({"role": "user", "parts": [{"type": "text", "content": turn.human}]})
        for step, calls in numbered(turn, number):
            parts: list[Any] = [{"type": "text", "content": step.text}] if step.text else []
            parts += [{"type": "tool_call", "id": i, "name": c.tool, "arguments": c.arguments} for i, c in calls]
            answer = {"role": "assistant", "parts": parts}
            span("chat", input__messages=json.dumps(history), output__messages=json.dumps([answer]))
            history.append(answer)
            for call_id, call in calls:
                if call.answer is not None:
                    named = {"tool__name": call.tool, "tool__call__id": call_id}
                    span("execute_tool", failed=call.failed, tool__call__result=call.answer, **named)
                    response = {"type": "tool_call_response", "id": call_id, "response": call.answer}
                    history.append({"role": "tool", "parts": [response]})
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def ag_ui(session: Session) -> bytes:
    """AG-UI events as they are sent, each run with the conversation so far as its input."""
    return b"".join(b"data: " + line + b"\n\n" for line in _lines(_ag_ui_events(session, "input")).splitlines())


def ag_ui_snapshots(session: Session) -> bytes:
    """AG-UI events, each run ended by a snapshot of the conversation."""
    return _lines(_ag_ui_events(session, "snapshot"))


def ag_ui_chunks(session: Session) -> bytes:
    """AG-UI events in chunks, without what the human wrote."""
    return _lines(_ag_ui_events(session, ""))


def ag_ui_messages(session: Session) -> bytes:
    """The conversation that an AG-UI client sends."""
    messages = [message for number, turn in enumerate(session.turns) for message in _ag_ui_said(turn, number)]
    return json.dumps({"threadId": "t", "runId": "r", "messages": messages}, indent=1).encode()


def _ag_ui_said(turn: Turn, number: int) -> list[Any]:
    messages: list[Any] = [{"id": f"u{number}", "role": "user", "content": turn.human}]
    for step_number, (step, calls) in enumerate(numbered(turn, number)):
        made = [
            {"id": i, "type": "function", "function": {"name": c.tool, "arguments": json.dumps(c.arguments)}}
            for i, c in calls
        ]
        said = {"id": f"m{number}-{step_number}", "role": "assistant", "content": step.text, "toolCalls": made}
        messages.append(said)
        messages += [
            {"id": f"t{i}", "role": "tool", "toolCallId": i, "content": c.answer}
            for i, c in calls
            if c.answer is not None
        ]
    return messages


def _ag_ui_events(session: Session, told: str) -> list[Any]:
    records: list[Any] = []
    history: list[Any] = []
    for number, turn in enumerate(session.turns):
        said = _ag_ui_said(turn, number)
        run = {"threadId": "t", "runId": f"r{number}"}
        given = {"input": {**run, "messages": [*history, said[0]]}} if told == "input" else {}
        records.append({"type": "RUN_STARTED", **run, **given})
        for step_number, (step, calls) in enumerate(numbered(turn, number)):
            message = {"messageId": f"m{number}-{step_number}"}
            records += _ag_ui_pieces("TEXT_MESSAGE", message, {"role": "assistant"}, step.text, chunks=not told)
            for i, c in calls:
                call = {"toolCallId": i}
                records += _ag_ui_pieces(
                    "TOOL_CALL", call, {"toolCallName": c.tool}, json.dumps(c.arguments), chunks=not told
                )
            records += [
                {"type": "TOOL_CALL_RESULT", "messageId": f"t{i}", "toolCallId": i, "content": c.answer}
                for i, c in calls
                if c.answer is not None
            ]
        history += said
        if told == "snapshot":
            records.append({"type": "MESSAGES_SNAPSHOT", "messages": list(history)})
        if _ended(session, turn):
            records.append({"type": "RUN_FINISHED", **run, "outcome": {"type": "success"}})
    return records


def _ag_ui_pieces(kind: str, named: Mapping[str, Any], begun: Mapping[str, Any], text: str, chunks: bool) -> list[Any]:
    pieces = [piece for piece in (text[:7], text[7:]) if piece]
    if chunks:
        first = {"type": f"{kind}_CHUNK", **named, **begun}
        return [{**first, "delta": piece} if at == 0 else {"type": f"{kind}_CHUNK", "delta": piece}
                for at, piece in enumerate(pieces)]  # fmt: skip
    middle = "CONTENT" if kind == "TEXT_MESSAGE" else "ARGS"
    return [
        {"type": f"{kind}_START", **named, **begun},
        *({"type": f"{kind}_{middle}", **named, "delta": piece} for piece in pieces),
        {"type": f"{kind}_END", **named},
    ]


def copilot(session: Session) -> bytes:
    """A session log of Copilot CLI."""
    records: list[Any] = []

    def event(kind: str, **data: Any) -> None:
        records.append({"type": kind, "data": data, "id": f"e{len(records)}", "parentId": f"e{len(records) - 1}"})

    event("session.start", sessionId="s", copilotVersion="1")
    for number, turn in enumerate(session.turns):
        event("user.message", content=turn.human)
        for step_number, (step, calls) in enumerate(numbered(turn, number)):
            event("assistant.turn_start", turnId=str(step_number))
            named = [
                {"toolCallId": i, "name": f"gw-{c.tool}", "arguments": c.arguments, "mcpServerName": "gw",
                 "mcpToolName": c.tool}
                for i, c in calls
            ]  # fmt: skip
            event("assistant.message", messageId=f"{number}-{step_number}", content=step.text, toolRequests=named)
            for call_id, call in calls:
                event("tool.execution_start", toolCallId=call_id, toolName=f"gw-{call.tool}", arguments=call.arguments)
                if call.answer is not None:
                    told = {"error": {"message": call.answer}} if call.failed else {"result": {"content": call.answer}}
                    event("tool.execution_complete", toolCallId=call_id, success=not call.failed, **told)
            if all(call.answer is not None for _, call in calls):
                event("assistant.turn_end", turnId=str(step_number))
    return _lines(records)


def langchain(session: Session) -> bytes:
    """The state of a LangGraph thread."""
    return json.dumps({"values": {"messages": list(_langchain_said(session))}, "next": []}, indent=1).encode()


def langchain_lines(session: Session) -> bytes:
    """Serialised messages of a LangChain chain, logged after each turn."""
    said = list(_langchain_said(session))
    kept = [{"lc": 1, "type": "constructor", "id": ["langchain"], "kwargs": message} for message in said]
    ends = [number for number, message in enumerate(said) if message["type"] == "human"][1:]
    return _lines([{"thread_id": "t", "messages": kept[:end]} for end in [*ends, len(kept)]])


def _langchain_said(session: Session) -> Iterator[dict[str, Any]]:
    yield {"type": "system", "content": "You help."}
    for number, turn in enumerate(session.turns):
        yield {"type": "human", "content": turn.human}
        for step, calls in numbered(turn, number):
            made = [{"id": i, "name": c.tool, "args": c.arguments, "type": "tool_call"} for i, c in calls]
            yield {"type": "ai", "content": step.text, "tool_calls": made}
            for call_id, call in calls:
                if call.answer is not None:
                    status = "error" if call.failed else "success"
                    yield {"type": "tool", "tool_call_id": call_id, "content": call.answer, "status": status}


WRITERS: Mapping[str, tuple[str, Callable[[Session], bytes]]] = {
    "codex-0.120": ("codex", codex_old),
    "codex-0.135": ("codex", codex_middle),
    "codex-0.169": ("codex", codex),
    "codex-exec": ("codex-exec", codex_exec),
    "claude-code": ("claude-code", claude_code),
    "claude-stream": ("claude-stream", claude_stream),
    "opencode": ("opencode", opencode),
    "opencode-events": ("opencode-events", opencode_events),
    "gemini": ("gemini", gemini),
    "gemini-stream": ("gemini-stream", gemini_stream),
    "openai-chat": ("openai-chat", openai_chat),
    "openai-chat-log": ("openai-chat", openai_chat_log),
    "openai-responses": ("openai-responses", openai_responses),
    "anthropic-messages": ("anthropic-messages", anthropic_messages),
    "inspect": ("inspect", inspect),
    "atif": ("atif", atif),
    "otel-genai": ("otel-genai", otel_genai),
    "copilot": ("copilot", copilot),
    "langchain": ("langchain", langchain),
    "langchain-lines": ("langchain", langchain_lines),
    "ag-ui": ("ag-ui", ag_ui),
    "ag-ui-snapshots": ("ag-ui", ag_ui_snapshots),
    "ag-ui-chunks": ("ag-ui", ag_ui_chunks),
    "ag-ui-messages": ("ag-ui", ag_ui_messages),
}
"""Every way to write a session down, with the importer that reads it."""
