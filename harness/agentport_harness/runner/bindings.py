"""Which sentences bind an agent, by rule: those of docs/conventions.md, and those of the shipped skills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from agentport_harness.bundled import skills_folder
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.skill_bundle.traceability import RuleFacts, rule_facts
from agentport_harness.skill_files import folder_bundle
from agentport_harness.yaml_source import read_yaml

CONVENTIONS = "docs/conventions.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A sentence that binds: ``where`` is its page or skill with the section, ``level`` its RFC 2119 level."""

    where: str
    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What is required of an agent by one rule: where it is ``asked``, and where it is ``taught``."""

    facts: RuleFacts
    asked: tuple[Binding, ...]
    taught: tuple[Binding, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections of the skills that teach it, each once."""
        return tuple(dict.fromkeys(said.where for said in self.taught))


@cache
def requirement_rules() -> dict[str, RuleFacts]:
    """The rules that skills have to teach, by id."""
    return rule_facts(_document())


@cache
def requirements() -> Mapping[str, Requirement]:
    """Every rule's requirement, by id, as ``suite/requirements.yaml`` and the skills' own traceability have it."""
    asked: dict[str, list[Binding]] = defaultdict(list)
    taught: dict[str, list[Binding]] = defaultdict(list)
    for entry in _document()["sentences"]:
        said = Binding(where=f"{CONVENTIONS}#{entry['section']}", level=entry["level"], text=entry["quote"])
        for rule in entry.get("rules", ()):
            asked[rule].append(said)
    record = traceability_record(folder_bundle(skills_folder()))
    for traced in record.entries if record else ():
        file = "" if traced.file == "SKILL.md" else f"/{traced.file}"
        said = Binding(where=f"{traced.skill}{file}#{traced.section}", level=traced.level, text=traced.quote)
        for rule in traced.rules:
            taught[rule].append(said)
    return {
        rule: Requirement(facts=facts, asked=tuple(asked[rule]), taught=tuple(taught[rule]))
        for rule, facts in requirement_rules().items()
    }


@cache
def _document() -> dict[str, Any]:
    source = files("agentport_harness") / "suite" / "requirements.yaml"
    document = read_yaml(source.read_text(encoding="utf-8"), str(source)).value
    return document if isinstance(document, dict) else {}
