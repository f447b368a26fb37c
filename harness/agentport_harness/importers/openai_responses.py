"""OpenAI Responses: items of requests (``input``) and responses (``output``), or a list of items.

Responses that name the one before (`previous_response_id`) and requests that repeat a growing history are one
session. MCP calls that the provider makes (`mcp_call`) hold their result, which ends a step; the provider's own
approvals are its client's: a refused one is a call that was never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, flag, items, text_of, text_pointer, whole
from agentport_harness.importers._conversations import Conversation, conversations

_NAME = "openai-responses"
_OWN_ITEMS = frozenset({
    "message", "function_call", "function_call_output", "mcp_call", "mcp_list_tools", "mcp_approval_request",
    "mcp_approval_response", "custom_tool_call", "custom_tool_call_output", "local_shell_call", "shell_call",
    "local_shell_call_output", "shell_call_output", "web_search_call", "file_search_call", "code_interpreter_call",
    "computer_call", "computer_call_output", "image_generation_call", "reasoning", "item_reference", "compaction",
    "apply_patch_call", "apply_patch_call_output", "tool_search_call", "tool_search_output", "additional_tools",
})  # fmt: skip
_SILENT = frozenset({"reasoning", "item_reference", "compaction", "additional_tools", "image_generation_call"})
_LISTS = ("input", "items", "data", "output")


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(_is_own(record) for record in records)


def _is_own(record: JSON) -> bool:
    fields = as_object(record)
    if fields.get("object") == "response" or as_object(fields.get("response")).get("object") == "response":
        return True
    found = [as_object(item) for _, item in _flatten(record)]
    return any(as_text(item.get("type")) in _OWN_ITEMS for item in found) and all(
        as_text(item.get("type")) in _OWN_ITEMS or ("type" not in item and "role" in item) for item in found
    )


def _flatten(record: JSON) -> Iterator[tuple[str, JSON]]:
    if isinstance(record, list):
        yield from ((f"/{number}", item) for number, item in enumerate(record))
    fields = as_object(record)
    for at in ("", "/request", "/response"):
        holder = as_object(fields.get(at[1:])) if at else fields
        for name in _LISTS:
            listed = holder.get(name)
            if isinstance(listed, str) and name == "input":
                yield f"{at}/input", {"role": "user", "content": listed}
            else:
                yield from ((f"{at}/{name}/{number}", item) for number, item in enumerate(items(listed)))


def _key(item: Fields) -> Hashable:
    text = text_of(item.get("content")) or text_of(item.get("output"))
    kind = as_text(item.get("type")) or "message"
    return kind, as_text(item.get("role")), as_text(item.get("call_id")) or (text or item.get("id")), text


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for conversation in conversations(records, _flatten, _key, _follows):
        yield _session(conversation, source)


def _follows(before: Fields, record: Fields) -> bool:
    """Whether a response names the one before."""
    answered = as_object(before.get("response")) or before
    asked, response = (as_object(record.get(name)) or record for name in ("request", "response"))
    named = as_text(asked.get("previous_response_id")) or as_text(response.get("previous_response_id"))
    return bool(named) and named == as_text(answered.get("id"))


def _session(conversation: Conversation, source: str) -> Trace:
    to = Assembly(source, _NAME, session_id=conversation.session_id)
    to.known_tools |= conversation.tools
    for said in conversation.said:
        kind = as_text(said.message.get("type")) or "message"
        if reader := _READERS.get(kind):
            reader(to, said.message, to.place(said.line, said.pointer))
        elif kind not in _SILENT:
            to.unknown(kind, said.line)
    return to.trace()


def _message(to: Assembly, item: Fields, place: Place) -> None:
    content = item.get("content")
    if "type" in item:  # an input that is a mere text has no place of its own for its content
        place = to.place(place.line, text_pointer(content, f"{place.pointer}/content"))
    if item.get("role") == "assistant":
        refusals = [as_text(as_object(part).get("refusal")) for part in items(content)]
        to.say(text_of(content) or "\n".join(filter(None, refusals)), place)
    elif item.get("role") == "user" and (text := text_of(content)).strip():
        to.human(text, place)


def _call_id(item: Fields) -> str:
    return as_text(item.get("call_id")) or as_text(item.get("id"))


def _call(to: Assembly, item: Fields, place: Place) -> None:
    name = as_text(item.get("name")) or as_text(item.get("type")).removesuffix("_call")
    given = item.get("arguments", item.get("input", item.get("action", item.get("operation"))))
    to.call(_call_id(item), name, given, place, server=as_text(item.get("namespace")))


def _output(to: Assembly, item: Fields, place: Place) -> None:
    to.answered()
    output = item.get("output")
    outputs = [as_object(part) for part in items(output)]
    texts = [as_text(part.get(name)) for part in outputs for name in ("stdout", "stderr")]
    codes = [whole(as_object(part.get("outcome")).get("exit_code")) for part in outputs]
    to.lacks.add("error_flag")
    text = text_of(output) or "\n".join(filter(None, texts))
    to.result(_call_id(item), text, place, exit_code=next((code for code in codes if code is not None), None))


def _answered_call(to: Assembly, item: Fields, place: Place) -> None:
    _call(to, item, place)
    to.result(_call_id(item), "", place)


def _mcp_call(to: Assembly, item: Fields, place: Place) -> None:
    call_id = as_text(item.get("approval_request_id"))
    if not call_id or call_id not in to.open:
        call_id = _mcp_begun(to, item, place)
    error = item.get("error")
    to.answered()
    if error is None and item.get("output") is None and item.get("status") not in ("completed", None):
        return
    text = as_text(item.get("output")) or _error_text(error)
    to.result(call_id, text, place, is_error=error is not None or item.get("status") == "failed")


def _error_text(error: JSON) -> str:
    fields = as_object(error)
    return as_text(error) or text_of(fields.get("content")) or as_text(fields.get("message"))


def _mcp_begun(to: Assembly, item: Fields, place: Place) -> str:
    call_id, server = as_text(item.get("id")), as_text(item.get("server_label"))
    to.call(call_id, as_text(item.get("name")), item.get("arguments"), place, server=server)
    return call_id


def _mcp_request(to: Assembly, item: Fields, place: Place) -> None:
    _mcp_begun(to, item, place)


def _mcp_response(to: Assembly, item: Fields, place: Place) -> None:
    if flag(item.get("approve")) is False:
        text = as_text(item.get("reason"))
        to.result(as_text(item.get("approval_request_id")), text, place, is_error=True, fault="client_refused")


def _mcp_tools(to: Assembly, item: Fields, _: Place) -> None:
    server = as_text(item.get("server_label"))
    names = [as_text(as_object(tool).get("name")) for tool in items(item.get("tools"))]
    to.known_tools.update(f"mcp__{server}__{name}" for name in names)


_READERS: Mapping[str, Callable[[Assembly, Fields, Place], None]] = {
    "message": _message,
    "function_call": _call,
    "custom_tool_call": _call,
    "local_shell_call": _call,
    "shell_call": _call,
    "computer_call": _call,
    "apply_patch_call": _call,
    "tool_search_call": _call,
    "function_call_output": _output,
    "custom_tool_call_output": _output,
    "local_shell_call_output": _output,
    "shell_call_output": _output,
    "computer_call_output": _output,
    "apply_patch_call_output": _output,
    "tool_search_output": _output,
    "web_search_call": _answered_call,
    "file_search_call": _answered_call,
    "code_interpreter_call": _answered_call,
    "mcp_call": _mcp_call,
    "mcp_list_tools": _mcp_tools,
    "mcp_approval_request": _mcp_request,
    "mcp_approval_response": _mcp_response,
}

OPENAI_RESPONSES = Importer(
    name=_NAME,
    title="OpenAI Responses",
    sniff=_sniff,
    read=_read,
    versions=("openai 3.54",),
)
