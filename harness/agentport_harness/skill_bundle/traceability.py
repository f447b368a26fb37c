"""Which sentence teaches which rule, and every way in which the record of it can be wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agentport_harness.skill_bundle.sentences import Discipline, Sentence, sentences

SHORTEST_REASON = 20
"""Characters that a reason for excluding a sentence has at least."""

Texts: TypeAlias = Mapping[tuple[str, str], str]
"""Markdown by skill and file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What the catalogue says of a rule: its slug, its level, and the surfaces on which it has to be taught."""

    slug: str
    level: str
    surfaces: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One entry: a sentence, how it was read when it was recorded, and the rules it teaches or why none."""

    skill: str
    file: str
    section: str
    quote: str
    level: str
    polarity: str
    rules: tuple[str, ...] = ()
    excluded: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the sentence: skill, file, section and words."""
        return self.skill, self.file, self.section, self.quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Traceability:
    """The record: entries in order, the discipline, and which surface each skill has to teach."""

    discipline: Discipline
    entries: tuple[Traced, ...]
    surfaces: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    gateway: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFault:
    """One fault. ``entry`` is the entry at fault, else the sentence in ``skill``/``file`` at ``line`` is."""

    message: str
    quote: str
    skill: str = ""
    file: str = ""
    line: int = 0
    entry: Traced | None = None


def traceability_of(document: Mapping[str, Any], lines: Mapping[str, int]) -> Traceability:
    """The record that a document of ``schemas/traceability.v1.json`` holds."""
    rules = document["discipline"]
    return Traceability(
        discipline=Discipline(
            openings=frozenset(rules["openings"]),
            imperatives=frozenset(rules["imperatives"]),
            forbids=tuple(rules["marks"]["forbids"]),
            advises=tuple(rules["marks"]["advises"]),
            demands=tuple(rules["marks"]["demands"]),
        ),
        entries=tuple(
            Traced(
                skill=entry["skill"],
                file=entry["file"],
                section=entry["section"],
                quote=entry["quote"],
                level=entry["level"],
                polarity=entry["polarity"],
                rules=tuple(entry.get("rules", ())),
                excluded=entry.get("excluded", ""),
                line=lines.get(f"$.sentences[{number}].quote", 0),
            )
            for number, entry in enumerate(document["sentences"])
        ),
        surfaces=document.get("surfaces", {}),
        budgets=document.get("budgets", {}),
        elsewhere=document.get("elsewhere", {}),
        gateway={rule: tuple(checks) for rule, checks in document.get("gateway", {}).items()},
    )


def rule_facts(requirements: Mapping[str, Any]) -> dict[str, RuleFacts]:
    """The rules of ``suite/requirements.yaml``."""
    return {
        rule: RuleFacts(slug=facts["slug"], level=facts["level"], surfaces=frozenset(facts["surfaces"]))
        for rule, facts in requirements["rules"].items()
    }


def instructing(texts: Texts, marks: Discipline) -> Iterator[tuple[tuple[str, str, str, str], Sentence]]:
    """Every sentence that instructs, with the key that its entry has."""
    for (skill, file), text in texts.items():
        for sentence in sentences(text):
            if marks.instructs(sentence.text):
                yield (skill, file, sentence.section, sentence.text), sentence


def untraced(texts: Texts, record: Traceability) -> Iterator[TraceFault]:
    """Sentences that instruct and have no entry."""
    left = Counter(entry.key for entry in record.entries)
    for key, sentence in instructing(texts, record.discipline):
        if left[key] > 0:
            left[key] -= 1
        else:
            yield TraceFault(
                message="a sentence that instructs is not traced to a rule",
                quote=sentence.text,
                skill=key[0],
                file=key[1],
                line=sentence.line,
            )


def unquoted(texts: Texts, record: Traceability) -> Iterator[TraceFault]:
    """Entries whose sentence does not stand in its section, or does not instruct there."""
    standing = Counter(key for key, _ in instructing(texts, record.discipline))
    for entry in record.entries:
        if standing[entry.key] > 0:
            standing[entry.key] -= 1
        else:
            where = f"{entry.skill}/{entry.file}#{entry.section}"
            yield TraceFault(message=f"no such sentence instructs in {where}", quote=entry.quote, entry=entry)


def misread(record: Traceability) -> Iterator[TraceFault]:
    """Entries whose recorded level or polarity is not what the sentence says."""
    for entry in record.entries:
        for recorded, read in (
            (entry.level, record.discipline.level(entry.quote)),
            (entry.polarity, record.discipline.polarity(entry.quote)),
        ):
            if recorded != read:
                yield TraceFault(message=f"recorded as {recorded}, reads as {read}", quote=entry.quote, entry=entry)


def misruled(record: Traceability, rules: Mapping[str, RuleFacts]) -> Iterator[TraceFault]:
    """Entries without rules or a reason, with both, or with rules that are unknown or of another level."""
    for entry in record.entries:
        for message in _misruled(entry, rules):
            yield TraceFault(message=message, quote=entry.quote, entry=entry)


def _misruled(entry: Traced, rules: Mapping[str, RuleFacts]) -> Iterator[str]:
    if bool(entry.rules) == bool(entry.excluded):
        yield "needs either rules or a reason why it is excluded"
    elif entry.excluded and len(entry.excluded) < SHORTEST_REASON:
        yield f"is excluded for a reason of fewer than {SHORTEST_REASON} characters"
    for rule in entry.rules:
        if rule not in rules:
            yield f"names {rule}, which is no rule"
        elif rules[rule].level != entry.level:
            yield f"is {entry.level}, and {rule} is {rules[rule].level}"


def untaught(
    record: Traceability, rules: Mapping[str, RuleFacts], *, level: str, skills: Iterable[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Skill and rule, for every rule of this level that a skill has to teach and does not."""
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for entry in record.entries:
        taught[entry.skill].update(entry.rules)
    wanted = None if skills is None else set(skills)
    for skill, surface in record.surfaces.items():
        if wanted is not None and skill not in wanted:
            continue
        for rule, facts in rules.items():
            if facts.level == level and surface in facts.surfaces and rule not in taught[skill]:
                yield skill, rule


def faults(texts: Texts, record: Traceability, rules: Mapping[str, RuleFacts]) -> Sequence[str]:
    """Everything that is wrong, one line each: none when every sentence is traced and every MUST rule taught."""
    found = (*untraced(texts, record), *unquoted(texts, record), *misread(record), *misruled(record, rules))
    return [f"{fault.message}: {fault.quote}" for fault in found] + [
        f"{skill} teaches no sentence of {rule} ({rules[rule].slug})"
        for skill, rule in untaught(record, rules, level="MUST")
    ]
