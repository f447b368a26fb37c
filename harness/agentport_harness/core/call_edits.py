"""Edits of what a call carries, on any surface: values are found by what they are, not by what the wire calls them.

A value may stand in the call's arguments at any depth, as a word of a shell command, in a JSON text, or as part of
a URL. The first place where it stands is edited.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import put
from agentport_harness.core.json_values import JSON, identity, parsed
from agentport_harness.core.session import Action
from agentport_harness.core.trace import ToolCall, Trace


class Absent:
    """Stands for "nothing there": the key, or the option with its value, is taken away."""


ABSENT: Final = Absent()
_WORD = re.compile(r"(?:[^\s\"'\\;&|()<>]+|\\.|\"(?:\\.|[^\"\\])*\"|'[^']*')+", re.DOTALL)
_OPTION = re.compile(r"\s+--?[A-Za-z][\w-]*[ =]?$")


def with_info(trace: Trace, action: Action, info: str | None) -> Trace:
    """Another ``additional_info`` beside the arguments of a gateway call that has one; None takes it away."""
    meaning = action.meaning
    if not isinstance(meaning, CallTool) or meaning.info is None:
        return trace
    return with_value(trace, action.seq, meaning.info, ABSENT if info is None else info)


def with_arguments(trace: Trace, action: Action, arguments: Mapping[str, JSON]) -> Trace:
    """Other arguments for the upstream tool in a gateway call that passes some."""
    meaning = action.meaning
    if not isinstance(meaning, CallTool) or not isinstance(meaning.arguments, Mapping):
        return trace
    given = action.call.arguments
    if meaning.surface == "direct" and isinstance(given, Mapping):
        beside = {name: value for name, value in given.items() if name not in meaning.arguments}
        return put(trace, action.seq, replace(action.call, arguments={**arguments, **beside}))
    return with_value(trace, action.seq, meaning.arguments, arguments)


def with_argument(trace: Trace, action: Action, path: Sequence[str | int], value: JSON | Absent) -> Trace:
    """One argument of the upstream tool changed, added or (``ABSENT``) taken away, by its path."""
    meaning = action.meaning
    if not isinstance(meaning, CallTool):
        return trace
    changed = at_path(meaning.arguments, path, value)
    return with_arguments(trace, action, changed) if isinstance(changed, Mapping) else trace


def with_value(trace: Trace, seq: int, old: JSON, new: JSON | Absent) -> Trace:
    """``new`` for ``old`` in what call ``seq`` carries, or else in its tool's name."""
    call = trace.events[seq]
    if not isinstance(call, ToolCall):
        return trace
    for edit in (_Edit(old, new, within=False), _Edit(old, new, within=True)):
        arguments = edit.apply(call.arguments)
        if edit.done and not isinstance(arguments, Absent):
            return put(trace, seq, replace(call, arguments=arguments))
    if isinstance(old, str) and isinstance(new, str) and old and old in call.tool:
        return put(trace, seq, replace(call, tool=call.tool.replace(old, new, 1)))
    return trace


def at_path(value: JSON, path: Sequence[str | int], new: JSON | Absent) -> JSON:
    """The value with ``new`` at ``path``; unchanged where the path leads nowhere."""
    if not path:
        return value if isinstance(new, Absent) else new
    key, rest = path[0], path[1:]
    if isinstance(value, Mapping) and isinstance(key, str):
        if not rest and isinstance(new, Absent):
            return {name: item for name, item in value.items() if name != key}
        return {**value, key: at_path(value.get(key, {} if rest else None), rest, new)}
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int) and key < len(value):
        items = list(value)
        if not rest and isinstance(new, Absent):
            del items[key]
        else:
            items[key] = at_path(items[key], rest, new)
        return items
    return value


class _Edit:
    """One replacement on its way through a value; ``within`` also takes a part of a text."""

    def __init__(self, old: JSON, new: JSON | Absent, *, within: bool) -> None:
        self.old, self.new, self.within, self.done = old, new, within, False
        self._identity = identity(old)

    def apply(self, value: JSON) -> JSON | Absent:
        if self.done:
            return value
        if self._is_old(value):
            self.done = True
            return self.new
        if isinstance(value, str):
            return self._in_text(value)
        if isinstance(value, Mapping):
            items = {name: self.apply(item) for name, item in value.items()}
            return {name: item for name, item in items.items() if not isinstance(item, Absent)}
        if isinstance(value, Sequence):
            return self._in_words(value)
        return value

    def _is_old(self, value: JSON) -> bool:
        if isinstance(value, str) or isinstance(self.old, str):
            return isinstance(value, str) and value == self.old
        return isinstance(value, type(self.old)) and identity(value) == self._identity

    def _in_words(self, value: Sequence[JSON]) -> JSON:
        kept: list[JSON] = []
        for item in value:
            edited = self.apply(item)
            if not isinstance(edited, Absent):
                kept.append(edited)
            elif kept and isinstance(kept[-1], str) and kept[-1].startswith("-"):
                kept.pop()  # the option that the value belonged to
        return kept

    def _in_text(self, text: str) -> str:
        if text.lstrip()[:1] in {"{", "["} and (document := parsed(text)) is not None:
            edited = self.apply(document)
            return json.dumps(edited, ensure_ascii=False) if self.done and not isinstance(edited, Absent) else text
        if " " in text.strip():
            text = self._in_command(text)
        if not self.done and self.within and isinstance(self.old, str) and isinstance(self.new, str) and self.old:
            self.done = self.old in text
            return text.replace(self.old, self.new, 1)
        return text

    def _in_command(self, text: str) -> str:
        for found in _WORD.finditer(text):
            word = "".join(shlex.split(found.group()))  # its quotes are closed, as the pattern has it
            option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
            if word == text or not value:
                continue
            edited = self.apply(value)
            if not self.done:
                continue
            before, after = text[: found.start()], text[found.end() :]
            if isinstance(edited, Absent):
                return (before.rstrip() if equals else _OPTION.sub("", before)) + after
            as_word = edited if isinstance(edited, str) else json.dumps(edited, ensure_ascii=False)
            return f"{before}{option}{equals}{shlex.quote(as_word)}{after}"
        return text
