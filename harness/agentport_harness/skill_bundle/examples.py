"""The examples of a skill that can be tried: fenced calls of meta tools, and fenced ``ap`` commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON
from agentport_harness.skill_bundle.bundle import Bundle, TextFile
from agentport_harness.skill_bundle.prose import Fence, fences

SHELLS = frozenset({"sh", "bash", "shell", "console", "zsh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolExample:
    """A call of a meta tool. ``fault`` says why the body is no JSON object, at ``line``."""

    shown: str
    line: int
    tool: str
    arguments: JSON = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApExample:
    """One ``ap`` command of a fenced block, its words without ``ap``; ``fault`` says why a shell cannot read it."""

    shown: str
    line: int
    words: tuple[str, ...] = ()
    fault: str = ""


def examples(bundle: Bundle) -> Iterator[ToolExample | ApExample]:
    """Every example of every skill, in the order of the files."""
    for skill in bundle.skills:
        for text in skill.texts:
            yield from examples_of(text)


def examples_of(text: TextFile) -> Iterator[ToolExample | ApExample]:
    """The examples of one file."""
    for fence in fences(text.text):
        if fence.language == "json" and fence.word:
            yield _tool(text, fence)
        elif fence.language in SHELLS:
            yield from _commands(text, fence)


def _tool(text: TextFile, fence: Fence) -> ToolExample:
    try:
        arguments = json.loads(fence.body)
    except json.JSONDecodeError as error:
        line = fence.line + error.lineno - 1
        return ToolExample(shown=text.shown, line=line, tool=fence.word, fault=f"not JSON: {error.msg}")
    except RecursionError:
        return ToolExample(shown=text.shown, line=fence.line, tool=fence.word, fault="nested too deep")
    fault = "" if isinstance(arguments, dict) else "Expected an object of arguments"
    return ToolExample(shown=text.shown, line=fence.line, tool=fence.word, arguments=arguments, fault=fault)


def _commands(text: TextFile, fence: Fence) -> Iterator[ApExample]:
    held: list[str] = []
    start = fence.line
    for number, line in enumerate([*fence.body.splitlines(), ""], fence.line):
        if not held:
            start = number
        held.append(line.removesuffix("\\").removeprefix("$ ") if line.endswith("\\") else line.removeprefix("$ "))
        if line.endswith("\\"):
            continue
        joined, held = " ".join(held), []
        try:
            words = shlex.split(joined, comments=True)
        except ValueError as error:
            yield ApExample(shown=text.shown, line=start, fault=f"no shell can read this: {error}")
            continue
        if words[:1] == ["ap"]:
            yield ApExample(shown=text.shown, line=start, words=tuple(words[1:]))
