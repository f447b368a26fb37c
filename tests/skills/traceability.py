"""What is wrong between a skill's sentences and the entries that trace them to rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.skills.sentences import Discipline, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def discipline(data: Mapping[str, Any]) -> Discipline:
    rules = data["discipline"]
    return Discipline(
        openings=frozenset(rules["openings"]),
        imperatives=frozenset(rules["imperatives"]),
        forbids=tuple(rules["marks"]["forbids"]),
        advises=tuple(rules["marks"]["advises"]),
        demands=tuple(rules["marks"]["demands"]),
    )


def faults(
    texts: Mapping[tuple[str, str], str],
    data: Mapping[str, Any],
    rules: Mapping[str, Mapping[str, Any]],
    surfaces: Mapping[str, str],
) -> list[str]:
    """One line per fault; none when every sentence that instructs is traced and every MUST rule taught."""
    marks = discipline(data)
    entries: Sequence[Mapping[str, Any]] = data["sentences"]
    return [
        *_coverage(texts, entries, marks),
        *(fault for entry in entries for fault in _entry(entry, rules, marks)),
        *_untaught(entries, rules, surfaces),
    ]


def _coverage(
    texts: Mapping[tuple[str, str], str], entries: Sequence[Mapping[str, Any]], marks: Discipline
) -> Iterator[str]:
    standing = Counter(
        (skill, file, sentence.section, sentence.text)
        for (skill, file), text in texts.items()
        for sentence in sentences(text)
        if marks.instructs(sentence.text)
    )
    quoted = Counter((entry["skill"], entry["file"], entry["section"], entry["quote"]) for entry in entries)
    for skill, file, section, text in standing - quoted:
        yield f"{skill}/{file}#{section}: not traced: {text}"
    for skill, file, section, text in quoted - standing:
        yield f"{skill}/{file}#{section}: quoted, but no such sentence instructs there: {text}"


def _entry(entry: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], marks: Discipline) -> Iterator[str]:
    quote = entry["quote"]
    if marks.level(quote) != entry["level"]:
        yield f"recorded as {entry['level']}, reads as {marks.level(quote)}: {quote}"
    if marks.polarity(quote) != entry["polarity"]:
        yield f"recorded as {entry['polarity']}, reads as {marks.polarity(quote)}: {quote}"
    if ("rules" in entry) == ("excluded" in entry):
        yield f"needs either rules or a reason why it is excluded: {quote}"
    for rule in entry.get("rules", ()):
        if rule not in rules:
            yield f"no rule {rule}: {quote}"
        elif rules[rule]["level"] != entry["level"]:
            yield f"{rule} is {rules[rule]['level']}, the sentence is {entry['level']}: {quote}"


def _untaught(
    entries: Sequence[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]], surfaces: Mapping[str, str]
) -> Iterator[str]:
    for skill, surface in surfaces.items():
        taught = {rule for entry in entries if entry["skill"] == skill for rule in entry.get("rules", ())}
        for rule, facts in rules.items():
            if facts["level"] == "MUST" and surface in facts["surfaces"] and rule not in taught:
                yield f"{skill} teaches no sentence of {rule} ({facts['slug']})"
