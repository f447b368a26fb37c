"""The page that shows which sentence teaches which rule, which transcript tries it, and what it needs of a gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentport_harness.skill_bundle.traceability import RuleFacts, Traceability, Traced

COMMAND = "python -m tests.skills.traceability_page"
_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| \d+ \|$", re.MULTILINE)
_ID = re.compile(r"AP\d+")
_NONE = "\u2013"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercised:
    """The rules that a transcript tries: those that its agent breaks, and those that it keeps."""

    broken: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """Both, in order."""
        return tuple(sorted({*self.broken, *self.kept}))


def traceability_page(
    record: Traceability,
    rules: Mapping[str, RuleFacts],
    exercised: Mapping[str, Exercised],
    checks: Mapping[str, str],
) -> str:
    """The page, from the record of the skills, the rules, the transcripts by path, and the slugs of gateway checks."""
    return "\n".join(_lines(record, rules, exercised, checks)) + "\n"


def exercised_on(page: str) -> dict[str, Exercised]:
    """The transcripts as a page lists them."""
    return {
        found[1]: Exercised(broken=tuple(_ID.findall(found[2])), kept=tuple(_ID.findall(found[3])))
        for found in _ROW.finditer(page)
    }


def _lines(
    record: Traceability,
    rules: Mapping[str, RuleFacts],
    exercised: Mapping[str, Exercised],
    checks: Mapping[str, str],
) -> Iterator[str]:
    yield from (
        "# Traceability",
        "",
        f"Made by `{COMMAND}`; do not edit. Each rule of",
        "[conventions.md](conventions.md) with the sentences of the skills that teach it, the shipped transcripts that",
        "try it, and the gateway checks without which an agent could not keep it. What is recorded stands in",
        "`skills/traceability.yaml`; which rules a transcript tries is read off a replay on the reference gateway.",
        "`agentport-conformance explain GW302` tells a gateway check in full.",
        "",
        "## Rules",
    )
    for rule, facts in rules.items():
        yield from ("", f"### {rule} {facts.slug}", "")
        yield f"`{facts.level}` \u00b7 [what it asks](conventions.md#{facts.slug})"
        yield from ("", "Taught by:", "")
        yield from (f"- {_where(entry)}: {_quoted(entry.quote)}" for entry in record.entries if rule in entry.rules)
        broken = [f"`{path}`" for path, tried in exercised.items() if rule in tried.broken]
        kept = [f"`{path}`" for path, tried in exercised.items() if rule in tried.kept]
        yield from ("", f"Broken in: {', '.join(broken) or _NONE}", "")
        yield f"Kept in: {f'{len(kept)} transcripts' if len(kept) > 3 else ', '.join(kept) or _NONE}"
        relies = [f"{check} {checks.get(check, '')}".rstrip() for check in record.gateway.get(rule, ())]
        yield from ("", f"Relies on: {', '.join(relies) or _NONE}")
    yield from ("", "## Sentences that no rule judges", "", "| where | sentence | why |", "| --- | --- | --- |")
    yield from (
        f"| {_where(entry)} | {_quoted(entry.quote)} | {entry.excluded} |" for entry in record.entries if entry.excluded
    )
    yield from (
        "",
        "## Transcripts",
        "",
        "| transcript | breaks | keeps | sentences tried |",
        "| --- | --- | --- | --- |",
    )
    for path, tried in exercised.items():
        count = len(sentences_of(record, tried.rules))
        yield f"| `{path}` | {' '.join(tried.broken) or _NONE} | {' '.join(tried.kept) or _NONE} | {count} |"


def sentences_of(record: Traceability, rules: tuple[str, ...]) -> tuple[Traced, ...]:
    """The sentences that teach any of these rules, in the order of the files."""
    wanted = set(rules)
    return tuple(entry for entry in record.entries if wanted.intersection(entry.rules))


def _where(entry: Traced) -> str:
    path = f"{entry.skill}/{entry.file}"
    return f"[{path}#{entry.section}](../skills/{path}#{entry.section})"


def _quoted(text: str) -> str:
    return text.replace("|", "\\|")
