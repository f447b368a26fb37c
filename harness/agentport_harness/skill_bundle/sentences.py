"""Sentences of a Markdown text, and which of them instruct by the discipline of traceability.yaml."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")
LATER_CLAUSE = re.compile(r"[;:]\s+|,\s+(?:so|then)\s+")
RULER = re.compile(r"^\|[ :|-]+\|$")
ITEM = re.compile(r"^(?:[-*] |\d+\. )")
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[\"“(*_`]*[A-Z0-9`])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence as it stands in the text, with runs of white space made one space."""

    text: str
    section: str
    line: int


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sentences(markdown: str) -> Iterator[Sentence]:
    """Every sentence outside front matter, headings, fences and quotes; items and cells stand alone."""
    for pieces, section in _blocks(markdown):
        text = " ".join(piece for piece, _ in pieces)
        starts = _starts(pieces)
        at = 0
        for end in [*SENTENCE_END.finditer(text), None]:
            part = text[at : end.start() if end else len(text)]
            if part.strip():
                yield Sentence(
                    text=" ".join(part.split()), section=section, line=pieces[bisect_right(starts, at) - 1][1]
                )
            at = end.end() if end else len(text)


def _starts(pieces: list[tuple[str, int]]) -> list[int]:
    """Where in the joined text each line of a block begins."""
    starts, at = [], 0
    for piece, _ in pieces:
        starts.append(at)
        at += len(piece) + 1
    return starts


def _head(clause: str) -> str:
    words = clause.split()
    return words[0].strip("*_(,.") if words else ""


def _blocks(markdown: str) -> Iterator[tuple[list[tuple[str, int]], str]]:
    """The blocks of text with their sections: paragraphs, items and cells, each as lines with their numbers."""
    lines = markdown.splitlines()
    start = lines.index("---", 1) + 1 if lines and lines[0] == "---" and "---" in lines[1:] else 0
    section, fenced = "", False
    held: list[tuple[str, int]] = []
    for number, raw in enumerate(lines[start:], start + 1):
        line = raw.strip()
        opens_block = not line or line[0] in "#|>" or line.startswith("```") or ITEM.match(line)
        if (opens_block or fenced) and held:
            yield held, section
            held = []
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or not line or line.startswith(">"):
            continue
        elif line.startswith("#"):
            section = slug(line.lstrip("# "))
        elif line.startswith("|") and number < len(lines) and RULER.match(lines[number].strip()):
            continue  # the head of a table
        elif line.startswith("|"):
            for cell in line.strip("|").split("|"):
                if cell.strip(" -:"):
                    yield [(cell.strip(), number)], section
        else:
            held.append((line if held else ITEM.sub("", line, count=1), number))
    if held:
        yield held, section


@dataclass(frozen=True, slots=True, kw_only=True)
class Discipline:
    """What marks a sentence as an instruction: a modal word, or an imperative in front."""

    openings: frozenset[str]
    imperatives: frozenset[str]
    forbids: tuple[str, ...]
    advises: tuple[str, ...]
    demands: tuple[str, ...]

    def instructs(self, sentence: str) -> bool:
        plain = QUOTED.sub("", sentence)
        return self._has(plain, self.forbids + self.advises + self.demands) or self._imperative(sentence)

    def polarity(self, sentence: str) -> str:
        return "do-not" if self._has(QUOTED.sub("", sentence), self.forbids) else "do"

    def level(self, sentence: str) -> str:
        return "SHOULD" if self._has(QUOTED.sub("", sentence), self.advises) else "MUST"

    def _imperative(self, sentence: str) -> bool:
        first, *later = LATER_CLAUSE.split(QUOTED.sub("", sentence))
        opening, comma, rest = first.partition(",")
        if comma and opening.split() and opening.split()[0] in self.openings:
            later.append(rest)
        return _head(first) in self.imperatives or any(
            _head(clause).capitalize() in self.imperatives for clause in later
        )

    @staticmethod
    def _has(text: str, marks: tuple[str, ...]) -> bool:
        return _any_of(marks).search(text) is not None


@cache
def _any_of(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, marks)) or '(?!)'})\b", re.IGNORECASE)
