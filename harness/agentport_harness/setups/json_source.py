"""Reads JSON, with comments and trailing commas where the client takes them, with the line of every key."""

from __future__ import annotations

import re
from bisect import bisect_left

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.json_nodes import Node, Tree, read_tree
from agentport_harness.setups.source import Dialect, Flaw, FlawError, Key, Source


def json_source(text: str, dialect: Dialect) -> Source:
    """The text as a value with lines; an empty text is an empty object, as clients take it."""
    if not text.strip("\ufeff \t\r\n"):
        return Source(value={})
    try:
        tree = read_tree(text)
    except FlawError as error:
        return Source(flaw=error.flaw)
    if (flaw := _unlike(tree, text, dialect)) is not None:
        return Source(flaw=flaw)
    lines: dict[Key, int] = {}
    twice: list[Key] = []
    return Source(value=_value(tree.root, text, lines, twice), lines=lines, twice=tuple(twice))


def _unlike(tree: Tree, text: str, dialect: Dialect) -> Flaw | None:
    """What the text has that this client's JSON has not."""
    for at, what in ((tree.comment, "a comment"), (tree.trailing_comma, "a comma before the closing bracket")):
        allowed = dialect == "jsonc" or (dialect == "json-comments" and what == "a comment")
        if at >= 0 and not allowed:
            line = text.count("\n", 0, at) + 1
            return Flaw(line=line, message=f"{what}, which this client cannot read", expected="plain JSON")
    if tree.root.kind != "object":
        return Flaw(line=1, message="Expected an object, got another value", expected="an object: { … }")
    return None


def _value(root: Node, text: str, lines: dict[Key, int], twice: list[Key]) -> JSON:
    """The value of a tree, built from its leaves upwards, however deep it is."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines[()] = bisect_left(breaks, root.start) + 1
    order: list[tuple[Node, Key]] = []
    waiting: list[tuple[Node, Key]] = [(root, ())]
    while waiting:
        node, key = waiting.pop()
        order.append((node, key))
        seen: set[str] = set()
        for number, member in enumerate(node.members):
            name = node.names[number] if node.kind == "object" else str(number)
            at = node.spans[number][0] if node.kind == "object" else member.start
            if name in seen:
                twice.append((*key, name))
            seen.add(name)
            lines[*key, name] = bisect_left(breaks, at) + 1
            waiting.append((member, (*key, name)))
    built: dict[int, JSON] = {}
    for node, _ in reversed(order):
        members = [built[id(member)] for member in node.members]
        if node.kind == "object":
            built[id(node)] = dict(zip(node.names, members, strict=True))
        else:
            built[id(node)] = members if node.kind == "array" else node.plain
    return built[id(root)]
