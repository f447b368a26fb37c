"""What gemini-cli's sessions and event streams have in common: how it wraps results, and what it injects."""

from __future__ import annotations

import re

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.trace import Fault
from agentport_harness.importers._content import items, text_of

_WRAPPED = re.compile(r"\A\s*<untrusted_context>\n?(.*?)\n?</untrusted_context>\s*\Z", re.DOTALL)
_REPORTED = re.compile(
    r"\AMCP tool '[^'\n]*' reported tool error for function call: .{0,100000}? with response: ", re.DOTALL
)
_INJECTED = re.compile(r"\A\s*<(?:session_context|hook_context|system-reminder|state_snapshot)\b")
_NOT_ALLOWED = "did not allow tool call"


def injected(text: str) -> bool:
    """Whether a user message is the client's own."""
    return bool(_INJECTED.match(text))


def bare(text: str) -> str:
    """A result's text without the wrapping; of an error that a server reported, the server's own words."""
    if wrapped := _WRAPPED.match(text):
        return wrapped.group(1)
    if reported := _REPORTED.match(text):
        words = [_words(part) for part in items(parsed(text[reported.end() :]))]
        return "\n".join(word for word in words if word) or text
    return text


def _words(part: JSON) -> str:
    answer = as_object(as_object(as_object(part).get("functionResponse")).get("response"))
    error = as_object(answer.get("error"))
    return text_of(answer.get("content")) or text_of(error.get("content")) or as_text(error.get("message"))


def fault_of(text: str, *, cancelled: bool) -> Fault:
    """Why a call that the record marks as cancelled has no answer."""
    if not cancelled:
        return ""
    return "client_refused" if _NOT_ALLOWED in text else "cancelled"
