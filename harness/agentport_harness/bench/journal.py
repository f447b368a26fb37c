"""What a check did and saw, in order, as the events of a trace, without the secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Literal

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import Decision, Event, HumanMessage, ToolCall, ToolResult, UpstreamCall

HIDDEN = "[secret]"
LONGEST = 4_000
"""Characters that are kept of one text."""
SHORT = 8
"""Characters below which a secret is hidden only where it stands alone: it may be a word of any text."""
_KEYS = re.compile(
    r"\bap(?!r_)[a-z]?_[A-Za-z0-9_-]{16,}|(?<=Bearer )[A-Za-z0-9._~+/-]{16,}=*"
    r"|(?<=_token\":\")[^\"]+|(?<=_token\": \")[^\"]+|(?<=_secret\":\")[^\"]+|(?<=_secret\": \")[^\"]+"
)


class Redactor:
    """Takes secrets out of texts: those it was told of, and whatever looks like a key."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._whole: set[str] = set()

    def hide(self, *secrets: str) -> None:
        """Never show these; a short one, which may be any word, is hidden where it is all that is said."""
        self._secrets |= {secret for secret in secrets if len(secret) >= SHORT}
        short = {secret for secret in secrets if 0 < len(secret) < SHORT}
        self._whole |= short | {f"Bearer {secret}" for secret in short}

    def text(self, text: str) -> str:
        """The text without secrets, cut to a bearable length."""
        if text in self._whole:
            return HIDDEN
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        text = _KEYS.sub(HIDDEN, text)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"

    def value(self, value: JSON) -> JSON:
        """The same for every string within a value; a huge one becomes a cut text."""
        try:
            written = json.dumps(value, ensure_ascii=False, default=str)
        except (ValueError, RecursionError):
            return "(nested too deeply to be shown)"
        if len(written) > LONGEST:
            return self.text(written)
        # NaN is no JSON, and would make none of the reports either
        shown: JSON = json.loads(json.dumps(value, default=str), object_hook=self._members, parse_constant=str)
        return self.text(shown) if isinstance(shown, str) else shown

    def _members(self, members: dict[str, JSON]) -> dict[str, JSON]:
        return {self.text(name): self._member(value) for name, value in members.items()}

    def _member(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self.text(value)
        return [self._member(one) for one in value] if isinstance(value, list) else value


class Journal:
    """The events of one check. ``clock`` gives seconds since the epoch."""

    def __init__(self, title: str, redactor: Redactor, clock: Callable[[], float]) -> None:
        self.redactor = redactor
        self._clock = clock
        self._calls = 0
        self._title = title
        self.events: list[Event] = [HumanMessage(text=title, time=clock())]

    def call(self, name: str, arguments: JSON) -> ToolCall:
        """Something is asked of the gateway."""
        self._calls += 1
        event = ToolCall(
            call_id=f"{self._title.partition(' ')[0]}-{self._calls}",
            tool=name,
            arguments=self.redactor.value(arguments),
            step=self._calls,
            time=self._clock(),
        )
        self.events.append(event)
        return event

    def answer(
        self,
        call: ToolCall,
        text: str,
        *,
        structured: JSON = None,
        is_error: bool | None = None,
        status: int | None = None,
        fault: Literal["", "client_timeout", "transport", "cancelled"] = "",
    ) -> ToolResult:
        """What came back."""
        event = ToolResult(
            call_id=call.call_id,
            text=self.redactor.text(text),
            structured=self.redactor.value(structured),
            is_error=is_error,
            status=status,
            fault=fault,
            time=self._clock(),
        )
        self.events.append(event)
        return event

    def decision(self, request_id: str, decision: Literal["approve_once", "allow_tool", "deny"]) -> None:
        """The human decided."""
        self.events.append(Decision(request_id=request_id, decision=decision, time=self._clock()))

    def upstream(self, integration: str, tool: str, arguments: JSON) -> None:
        """A call reached the probe."""
        shown = self.redactor.value(arguments)
        self.events.append(UpstreamCall(integration=integration, tool=tool, arguments=shown, time=self._clock()))

    def last_exchange(self) -> str:
        """The last answer, with the call that it answers, on one line."""
        answers = [event for event in self.events if isinstance(event, ToolResult)]
        if not answers:
            return ""
        answer = answers[-1]
        call = next(one for one in self.events if isinstance(one, ToolCall) and one.call_id == answer.call_id)
        said = answer.fault or f"{f'{answer.status} ' if answer.status else ''}{answer.text}"
        return f"{call.tool} {_short(call.arguments)} → {said}"


def _short(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def headers_of(given: Mapping[str, str]) -> dict[str, JSON]:
    """Headers worth keeping: those that say how, not those every client adds."""
    dull = {"accept", "accept-encoding", "connection", "user-agent", "content-length", "host", "content-type"}
    return {name: value for name, value in given.items() if name.casefold() not in dull or name == "Host"}
