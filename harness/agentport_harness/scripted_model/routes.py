"""How a call of a gateway's tool is made through a client: directly, after a search for it, or inside a program."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.trace import ToolResult
from agentport_harness.scripted_model.conversation import Asked, Call, OfferedTool, Returned
from agentport_harness.surfaces.names import PREFIX, read_name

_DEFERRED = re.compile(r"\b[A-Za-z][\w-]{0,80}?[_.]agentport__[a-z_]+")
_RUNNING = re.compile(r"Script running with cell ID (\S+)")
_YIELD_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A tool that the script calls, by the name that the gateway gives it, and its arguments."""

    tool: str
    arguments: Mapping[str, JSON]


def offered(asked: Asked, tool: str) -> OfferedTool | None:
    """The offered tool that is the gateway's ``tool``, as the client renamed it."""
    for one in asked.tools:
        name = read_name(one.name, one.namespace)
        if name.tool == tool and one.kind == "function":
            return one
    return None


def search(asked: Asked, tools: Sequence[str], call_id: str) -> Call | None:
    """The call that brings deferred tools into reach, None when they are in reach or there is no search."""
    if all(offered(asked, tool) for tool in tools):
        return None
    for one in asked.tools:
        if one.kind == "search":
            arguments: JSON = {"query": "agentport", "limit": 20}
            return Call(call_id=call_id, name=one.name, kind="search", arguments=arguments)
        if one.name == "ToolSearch" and (names := sorted(set(_DEFERRED.findall(asked.shown)))):
            arguments = {"query": f"select:{','.join(names)}", "max_results": 20}
            return Call(call_id=call_id, name=one.name, arguments=arguments)
    return None


class Exchange:
    """Calls on their way: what the model has to send, and what came back for them."""

    def __init__(self, asked: Asked, wanted: Sequence[Wanted], ids: Sequence[str]) -> None:
        self._ids = tuple(ids)
        self._wanted = tuple(wanted)
        self._before = len(asked.results)
        self._program = next((one for one in asked.tools if one.kind == "custom" and one.name == "exec"), None)
        self._asked = asked
        self._waits = 0

    @property
    def program(self) -> bool:
        """Whether the calls go as one program."""
        return self._program is not None

    def calls(self) -> tuple[Call, ...]:
        """What the model sends."""
        if self._program is not None:
            return (
                Call(
                    call_id=self._ids[0], name="exec", namespace=self._program.namespace, kind="custom",
                    arguments=_program(self._wanted),
                ),
            )  # fmt: skip
        return tuple(self._direct(wanted, name) for wanted, name in zip(self._wanted, self._ids, strict=True))

    def _direct(self, wanted: Wanted, call_id: str) -> Call:
        found = offered(self._asked, wanted.tool)
        if found is not None:
            return Call(call_id=call_id, name=found.name, namespace=found.namespace, arguments=wanted.arguments)
        deferred = [name for name in _DEFERRED.findall(self._asked.shown) if name.endswith(f"_{wanted.tool}")]
        return Call(call_id=call_id, name=deferred[0] if deferred else wanted.tool, arguments=wanted.arguments)

    def again(self, asked: Asked) -> Call | None:
        """The call that goes on waiting for a program that is still running."""
        if self._program is None:
            return None
        last = asked.results[-1][1].texts if len(asked.results) > self._before else ()
        running = _RUNNING.match("\n".join(last))
        if running is None:
            return None
        self._waits += 1
        return Call(
            call_id=f"{self._ids[0]}-wait-{self._waits}", name="wait", namespace=self._program.namespace,
            arguments={"cell_id": running.group(1), "yield_time_ms": _YIELD_MS},
        )  # fmt: skip

    def results(self, asked: Asked) -> tuple[ToolResult | None, ...]:
        """What came back for each call, None where nothing did."""
        new = asked.results[self._before :]
        if self._program is not None:
            texts = [text for _, one in new for text in one.texts]
            found = [as_object(parsed(text)) for text in texts if text.startswith(_MARK)]
            by_number = {one.get("n"): one for one in found}
            return tuple(
                _serialised(call_id, as_object(by_number[number].get("r"))) if number in by_number else None
                for number, call_id in enumerate(self._ids)
            )
        named = dict(new)
        return tuple(
            _result(call_id, named[call_id] if call_id in named else new[number][1])
            if call_id in named or number < len(new)
            else None
            for number, call_id in enumerate(self._ids)
        )


_MARK = '{"n":'


def _program(wanted: Sequence[Wanted]) -> str:
    """JavaScript that makes the calls side by side and prints each answer with its number."""
    calls = ", ".join(
        f"call({json.dumps(one.tool)}, {json.dumps(one.arguments, ensure_ascii=False)})" for one in wanted
    )
    return (
        "const call = (name, given) => tools[ALL_TOOLS.map(t => t.name).find(n => n.endsWith(name))](given);\n"
        f"const answers = await Promise.allSettled([{calls}]);\n"
        "answers.forEach((a, n) => text(JSON.stringify({n, r: a.status === 'fulfilled' ? a.value : "
        "{isError: true, content: [{type: 'text', text: String(a.reason)}]}})));"
    )


def _serialised(call_id: str, answer: Mapping[str, JSON]) -> ToolResult:
    content = answer.get("content")
    blocks = content if isinstance(content, list) else []
    structured = answer.get("structuredContent", answer.get("structured_content"))
    flag = answer.get("isError", answer.get("is_error"))
    return ToolResult(
        call_id=call_id,
        text="\n".join(as_text(as_object(block).get("text")) for block in blocks),
        structured=structured,
        is_error=bool(flag),
    )


def _result(call_id: str, returned: Returned) -> ToolResult:
    bare = "\n".join(returned.texts)
    value = parsed(bare) if bare.startswith(("{", "[{")) else None
    if isinstance(value, list) and all(as_object(block).get("type") == "text" for block in value):
        bare = "\n".join(as_text(as_object(block).get("text")) for block in value)
    elif isinstance(as_object(value).get("content"), list):
        return _serialised(call_id, as_object(value))
    structured = as_object(parsed(bare) if bare.startswith("{") else None)
    if not as_text(structured.get("outcome")):
        return ToolResult(call_id=call_id, text=bare, is_error=returned.is_error)
    # a client that prefers structured content shows that alone: the gateway's copy of the text is in it
    copy = as_text(structured.get("text")) or as_text(structured.get("message")) or bare
    return ToolResult(call_id=call_id, text=copy, structured=structured, is_error=returned.is_error)


def is_gateway_tool(name: str) -> bool:
    """Whether a name, as a client writes it, is a tool of the gateway."""
    return PREFIX in name
