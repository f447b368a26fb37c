"""What an edit of a bundle does: teaching gained, lost or changed, tokens, descriptions, and the version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.skill_bundle.bundle import Bundle, Skill
from agentport_harness.skill_bundle.digests import digests
from agentport_harness.skill_bundle.reading import traceability_record, version_of
from agentport_harness.skill_bundle.traceability import RuleFacts, Traced, instructing

Change: TypeAlias = Literal["gained", "lost", "changed"]
CountTokens: TypeAlias = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What became of one rule in one skill: the sentences that taught it before and do now, where they differ.

    ``required`` says that the rule is a MUST of the skill's surface, so that losing it fails the comparison.
    """

    change: Change
    rule: str
    slug: str
    level: str
    skill: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Tokens of one text before and after; None where it was not there, or no tokenizer counts."""

    path: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A description before and after, empty where the skill was not there."""

    skill: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The whole: ``old`` and ``new`` are names, the versions as stated; ``files_changed`` decides what they mean."""

    old: str
    new: str
    teachings: tuple[Teaching, ...]
    costs: tuple[Cost, ...]
    triggers: tuple[Trigger, ...]
    old_version: str
    new_version: str
    files_changed: tuple[str, ...]

    @property
    def version_not_raised(self) -> bool:
        """Whether files changed under the same version, so that no client will offer the update."""
        return bool(self.files_changed) and self.old_version == self.new_version

    @property
    def lost(self) -> tuple[Teaching, ...]:
        """MUST rules that a skill no longer teaches and has to."""
        return tuple(one for one in self.teachings if one.change == "lost" and one.required)

    @property
    def exit_code(self) -> int:
        """1 when a MUST rule loses its teaching, else 0."""
        return int(bool(self.lost))


def compare(old: Bundle, new: Bundle, rules: Mapping[str, RuleFacts], count_tokens: CountTokens | None) -> Comparison:
    """Compare two bundles. A sentence counts as taught only where it really stands."""
    before, after = digests(old), digests(new)
    return Comparison(
        old=old.name,
        new=new.name,
        teachings=tuple(_teachings(old, new, rules)),
        costs=tuple(_costs(old, new, count_tokens)),
        triggers=tuple(_triggers(old, new)),
        old_version=bundle_version(old),
        new_version=bundle_version(new),
        files_changed=tuple(
            path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)
        ),
    )


def bundle_version(bundle: Bundle) -> str:
    """The version of most manifests and skills, empty when none states one."""
    stated = [version for manifest in bundle.manifests if isinstance(version := version_of(manifest), str)]
    stated += [skill.version for skill in bundle.skills if skill.version]
    return Counter(stated).most_common(1)[0][0] if stated else ""


def standing(bundle: Bundle) -> Iterator[Traced]:
    """The entries of a bundle whose sentence stands where it is said to."""
    record = traceability_record(bundle)
    if record is None:
        return
    texts = {(skill.folder, text.path): text.text for skill in bundle.skills for text in skill.texts}
    left = Counter(key for key, _ in instructing(texts, record.discipline))
    for entry in record.entries:
        if left[entry.key] > 0:
            left[entry.key] -= 1
            yield entry


def _teachings(old: Bundle, new: Bundle, rules: Mapping[str, RuleFacts]) -> Iterator[Teaching]:
    before, after = _taught(old), _taught(new)
    surfaces = {**_surfaces(old), **_surfaces(new)}
    still = {rule for rule, _ in after}
    for rule, skill in sorted(before.keys() | after.keys()):
        was, now = before.get((rule, skill), ()), after.get((rule, skill), ())
        if was == now:
            continue
        facts = rules.get(rule)
        must = facts is not None and facts.level == "MUST"
        # of a skill without a surface, only the last teaching anywhere counts
        needed = facts is not None and surfaces[skill] in facts.surfaces if skill in surfaces else rule not in still
        yield Teaching(
            change="gained" if not was else "lost" if not now else "changed",
            rule=rule,
            slug=facts.slug if facts else "",
            level=facts.level if facts else "",
            skill=skill,
            before=was,
            after=now,
            required=must and needed,
        )


def _taught(bundle: Bundle) -> dict[tuple[str, str], tuple[str, ...]]:
    """The sentences that teach, by rule and skill."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in standing(bundle):
        for rule in entry.rules:
            found.setdefault((rule, entry.skill), []).append(entry.quote)
    return {key: tuple(sorted(quotes)) for key, quotes in found.items()}


def _surfaces(bundle: Bundle) -> Mapping[str, str]:
    record = traceability_record(bundle)
    return record.surfaces if record else {}


def _costs(old: Bundle, new: Bundle, count: CountTokens | None) -> Iterator[Cost]:
    before, after = _texts(old), _texts(new)
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if was != now:
            yield Cost(
                path=path,
                before=count(was) if count and was is not None else None,
                after=count(now) if count and now is not None else None,
            )


def _texts(bundle: Bundle) -> dict[str, str]:
    return {f"{skill.folder}/{text.path}": text.text for skill in bundle.skills for text in skill.texts}


def _triggers(old: Bundle, new: Bundle) -> Iterator[Trigger]:
    before, after = _descriptions(old.skills), _descriptions(new.skills)
    for skill in sorted(before.keys() | after.keys()):
        was, now = before.get(skill, ""), after.get(skill, "")
        if was != now:
            yield Trigger(skill=skill, before=was, after=now)


def _descriptions(skills: tuple[Skill, ...]) -> dict[str, str]:
    return {skill.folder: skill.front.text("description") if skill.front else "" for skill in skills}
