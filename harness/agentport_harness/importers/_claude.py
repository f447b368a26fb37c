"""What Claude Code's two recordings have in common: messages in blocks, and texts that only look like a human's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of

_INJECTED = re.compile(
    r"\A\s*<(?:local-command-(?:stdout|stderr|caveat)|bash-(?:input|stdout|stderr)|system-reminder|task-notification"
    r"|user-memory-input|ide_\w+|post-tool-use-hook|user-prompt-submit-hook)\b|\A\s*Caveat: The messages below were"
)
_COMMAND = re.compile(r"<command-name>\s*(/?[^<]*?)\s*</command-name>")
_COMMAND_ARGUMENTS = re.compile(r"<command-args>([^<]*)</command-args>")
_INTERRUPTED = "[Request interrupted by user"
_EXIT_CODE = re.compile(r"\A(?:Error: )?Exit code (\d{1,5})(?:\n|\Z)")
_TOOL_ERROR = re.compile(r"\A<tool_use_error>(.*)</tool_use_error>\s*\Z", re.DOTALL)
_NEVER_SENT = ("Error: No such tool available", "InputValidationError")
_SYNTHETIC = "<synthetic>"


def human_text(content: JSON) -> str:
    """What the human wrote, empty when a user message is the client's own; a slash command as it was typed."""
    texts = [
        text
        for block in ([content] if isinstance(content, str) else items(content))
        if (text := text_of([block])) and not _INJECTED.match(text)
    ]
    text = "\n".join(texts)
    if command := _COMMAND.search(text):
        given = _COMMAND_ARGUMENTS.search(text)
        return f"{command.group(1)} {given.group(1) if given else ''}".strip()
    return text


def interrupted(text: str) -> bool:
    """Whether the client wrote that the human stopped the agent."""
    return text.startswith(_INTERRUPTED)


class Blocks:
    """Reads the messages of one session into an assembly."""

    def __init__(self, to: Assembly) -> None:
        self.to = to
        self.shells: set[str] = set()

    def assistant(self, message: Fields, line: int | None, time: float | None, actor: str) -> None:
        """A part of one of the model's answers; parts of the same answer have its id."""
        if message.get("model") == _SYNTHETIC:  # the client's own notice, such as an API error
            return
        if answer_id := as_text(message.get("id")):
            self.to.answer(f"{actor} {answer_id}")
        content = message.get("content")
        if isinstance(content, str):
            self.to.say(content, self.to.place(line, "/message/content"), time, actor=actor)
        for number, block in enumerate(items(content)):
            fields = as_object(block)
            place = self.to.place(line, f"/message/content/{number}")
            match fields.get("type"):
                case "tool_use" | "server_tool_use":
                    call_id, name = as_text(fields.get("id")), as_text(fields.get("name"))
                    if name == "Bash":
                        self.shells.add(call_id)
                    self.to.call(call_id, name, fields.get("input"), place, time, actor=actor)
                case _:
                    self.to.say(text_of([block]), place, time, actor=actor)

    def results(self, message: Fields, about: JSON, line: int | None, time: float | None) -> bool:
        """Read the results that a user message carries, if any. ``about`` is what the client noted of them."""
        found = False
        for number, block in enumerate(items(message.get("content"))):
            fields = as_object(block)
            if fields.get("type") == "tool_result":
                found = True
                self._result(fields, as_object(about), self.to.place(line, f"/message/content/{number}"), time)
        return found

    def _result(self, block: Fields, about: Fields, place: Place, time: float | None) -> None:
        call_id = as_text(block.get("tool_use_id"))
        text, failed = text_of(block.get("content")), block.get("is_error") is True
        if wrapped := _TOOL_ERROR.match(text):
            text = wrapped.group(1)
        exit_code = None
        if call_id in self.shells:
            if code := _EXIT_CODE.match(text):
                exit_code, text = int(code.group(1)), text[code.end() :]
            elif not failed and not about.get("backgroundTaskId"):
                exit_code = 0
        structured = about.get("structuredContent")
        self.to.answered()
        self.to.result(
            call_id,
            text,
            place,
            time,
            structured=structured if isinstance(structured, Mapping) else None,
            is_error=failed,
            exit_code=exit_code,
            fault="client_refused" if wrapped and text.startswith(_NEVER_SENT) else "",
        )
