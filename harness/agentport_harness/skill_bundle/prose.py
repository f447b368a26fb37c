"""What stands in a Markdown text, by line: prose, code spans, links, table rows and fences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.skill_bundle.sentences import slug

_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)")
_DEFINITION = re.compile(r"^\[[^\]]+\]:\s*(\S+)")
_BUNDLED = re.compile(r"^(?:\./)?(?:references|scripts|assets)/\S+$")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)
_FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line outside fences and front matter, with its number and the anchor of its section."""

    number: int
    text: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fenced block: its language, the word after that, and its body, which starts at ``line``."""

    language: str
    word: str
    body: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A code span or a link's target, and its line."""

    text: str
    line: int
    section: str = ""


def lines(markdown: str) -> Iterator[Line]:
    """The lines outside fences and front matter."""
    for number, text, section, inside in _marked(markdown):
        if not inside:
            yield Line(number=number, text=text, section=section)


def fences(markdown: str) -> Iterator[Fence]:
    """The fenced blocks; one that is never closed ends with the text."""
    held: list[str] = []
    opened: tuple[str, str, int] | None = None
    for number, text, _, inside in _marked(markdown):
        if not inside:
            continue
        if not text.strip().startswith(_FENCE):
            held.append(text)
        elif opened is None:
            language, _, word = text.strip().lstrip("`").strip().partition(" ")
            opened = language, word.strip(), number + 1
        else:
            yield Fence(language=opened[0], word=opened[1], line=opened[2], body="\n".join(held))
            opened, held = None, []
    if opened is not None:
        yield Fence(language=opened[0], word=opened[1], line=opened[2], body="\n".join(held))


def spans(markdown: str) -> Iterator[Mention]:
    """The code spans of the prose."""
    for line in lines(markdown):
        for found in _SPAN.finditer(line.text):
            yield Mention(text=found[1].strip(), line=line.number, section=line.section)


def links(markdown: str) -> Iterator[Mention]:
    """Targets of links to files: Markdown links, and code spans that name a bundled file. Anchors are cut off."""
    for line in lines(markdown):
        bare = _SPAN.sub("", line.text)
        targets = [found[1] for found in _LINK.finditer(bare)] + [found[1] for found in _DEFINITION.finditer(bare)]
        targets += [found[1] for found in _SPAN.finditer(line.text) if _BUNDLED.match(found[1])]
        for target in targets:
            if not _ELSEWHERE.match(target):
                yield Mention(text=target.partition("#")[0], line=line.number)


def _marked(markdown: str) -> Iterator[tuple[int, str, str, bool]]:
    """Every line after the front matter: number, text, section, and whether it belongs to a fence."""
    every = markdown.splitlines()
    start = every.index("---", 1) + 1 if every[:1] == ["---"] and "---" in every[1:] else 0
    section, fenced = "", False
    for number, text in enumerate(every[start:], start + 1):
        if text.strip().startswith(_FENCE):
            yield number, text, section, True
            fenced = not fenced
            continue
        if not fenced and text.startswith("#"):
            section = slug(text.lstrip("# "))
        yield number, text, section, fenced
