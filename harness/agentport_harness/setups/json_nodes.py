"""JSON with comments as a tree of spans: what an editor needs to change one value and leave every other byte.

Comments and trailing commas are read whatever the dialect; the tree says where the first of each stands. The reader
uses a stack of its own and looks at each character once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Literal, NoReturn, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.source import Flaw, FlawError

DEEPEST = 200
"""Levels of nesting that are read."""
Kind: TypeAlias = Literal["object", "array", "plain"]
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_PASSED = " \t\r\n\ufeff/"
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"')
_WORD = re.compile(r"-?[0-9][0-9.eE+\-]*|[A-Za-z_$]+")
_CLOSES = {"object": "}", "array": "]"}


@dataclass(slots=True, kw_only=True)
class Node:
    """One value and where it stands; ``keys`` are the members' names with their spans, empty texts in an array."""

    kind: Kind
    start: int
    end: int = -1
    plain: JSON = None
    names: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    members: list[Node] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Tree:
    """A whole text: its root, and where the first comment and the first trailing comma stand, -1 for none."""

    root: Node
    comment: int = -1
    trailing_comma: int = -1


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.comment = -1
        self.trailing_comma = -1

    def fail(self, expected: str, *, at: int | None = None, got: str = "") -> NoReturn:
        where = self.position if at is None else at
        line = self.text.count("\n", 0, where) + 1
        seen = got or (repr(self.text[where]) if where < len(self.text) else "the end of the file")
        column = where - (self.text.rfind("\n", 0, where) + 1) + 1
        message = f"Expected {expected}, got {seen} in column {column}"
        raise FlawError(Flaw(line=line, message=message, expected=expected))

    def skip(self) -> str:
        """Pass over blanks and comments; the next character, empty at the end."""
        text = self.text
        here = text[self.position : self.position + 1]
        if here and here not in _PASSED:
            return here
        while True:
            found = _SPACE.match(text, self.position)
            self.position = found.end() if found else self.position
            if text.startswith("//", self.position):
                end = text.find("\n", self.position)
                self._comment(len(text) if end < 0 else end)
            elif text.startswith("/*", self.position):
                end = text.find("*/", self.position + 2)
                if end < 0:
                    self.fail("the end of the comment", got="the end of the file")
                self._comment(end + 2)
            else:
                return text[self.position : self.position + 1]

    def _comment(self, end: int) -> None:
        if self.comment < 0:
            self.comment = self.position
        self.position = end

    def string(self) -> str:
        found = _STRING.match(self.text, self.position)
        if found is None:
            self.fail("the end of the text in quotes", got="the end of the line")
        told = found.group()
        value = told[1:-1]
        if "\\" in value:
            try:
                value = json.loads(told)
            except ValueError:
                self.fail("a text with known escapes", got="an unknown escape")
        self.position = found.end()
        return value

    def value(self) -> Node:
        """The value that begins here; of an object or array only its opening."""
        start, first = self.position, self.text[self.position : self.position + 1]
        if first in ("{", "["):
            self.position += 1
            return Node(kind="object" if first == "{" else "array", start=start)
        if first == '"':
            text = self.string()
            return Node(kind="plain", start=start, end=self.position, plain=text)
        found = _WORD.match(self.text, start)
        if found is None:
            self.fail("a value")
        try:
            plain: JSON = json.loads(found.group(), parse_constant=_no_constant)
        except ValueError:  # what stands there is not quoted: it may be a key that lacks its quotes
            self.fail("a value", got="a word without quotes")
        self.position = found.end()
        return Node(kind="plain", start=start, end=self.position, plain=plain)


def read_tree(text: str) -> Tree:
    """The tree of a text. Raises `FlawError` that says what is wrong and in which line."""
    reader = _Reader(text)
    reader.skip()
    root = reader.value()
    stack = [root] if root.kind != "plain" else []
    after_comma, comma = False, -1
    while stack:
        node = stack[-1]
        closing = _CLOSES[node.kind]
        here = reader.skip()
        if here == closing:
            if after_comma and reader.trailing_comma < 0:
                reader.trailing_comma = comma
            reader.position += 1
            node.end, after_comma = reader.position, False
            stack.pop()
            continue
        if node.members and not after_comma:
            if here != ",":
                reader.fail(f"',' or '{closing}'")
            after_comma, comma = True, reader.position
            reader.position += 1
            continue
        after_comma = False
        member = _member(reader, node, here)
        if member.kind != "plain":
            if len(stack) >= DEEPEST:
                reader.fail(f"at most {DEEPEST} levels of nesting", at=member.start, got="more")
            stack.append(member)
    if reader.skip():
        reader.fail("the end of the file")
    return Tree(root=root, comment=reader.comment, trailing_comma=reader.trailing_comma)


def _member(reader: _Reader, node: Node, here: str) -> Node:
    name, span = "", (reader.position, reader.position)
    if node.kind == "object":
        if here != '"':
            reader.fail("a name in double quotes")
        start = reader.position
        name = reader.string()
        span = (start, reader.position)
        if reader.skip() != ":":
            reader.fail("':'")
        reader.position += 1
        reader.skip()
    member = reader.value()
    node.names.append(name)
    node.spans.append(span)
    node.members.append(member)
    return member
