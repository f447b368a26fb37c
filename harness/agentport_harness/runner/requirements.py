"""Frozen sets of requirements: what conformance to a release asks, whatever checks came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.core.report import Run
from agentport_harness.core.verdict import Verdict
from agentport_harness.yaml_source import read_yaml

FORMAT = "agentport-requirements/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """The checks that count, and why others do not."""

    name: str
    scored: frozenset[str]
    not_scored: Mapping[str, str]


def read_requirements(named: str) -> Requirements:
    """The set of that name, or in that file. Raises `InputError` when there is none."""
    shipped = files("agentport_harness") / "requirements" / f"{named}.yaml"
    if "/" not in named and "\\" not in named and shipped.is_file():
        return _requirements(shipped.read_text(encoding="utf-8"), named)
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        known = sorted(
            entry.name.removesuffix(".yaml") for entry in (files("agentport_harness") / "requirements").iterdir()
        )
        raise InputError(
            "unknown-requirements", f"neither a file nor one of {', '.join(known)}: {named!r}", at="--requirements"
        ) from None
    return _requirements(text, named)


def _requirements(text: str, at: str) -> Requirements:
    told = as_object(read_yaml(text, at).value)
    scored, excluded = told.get("scored"), told.get("not_scored")
    if told.get("format") != FORMAT or not isinstance(scored, list) or not isinstance(told.get("name"), str):
        raise InputError("bad-requirements", f"Expected format {FORMAT} with a name and a list `scored`", at=at)
    return Requirements(
        name=str(told["name"]),
        scored=frozenset(str(one) for one in scored),
        not_scored=_texts(excluded),
    )


def _texts(value: JSON) -> dict[str, str]:
    return {name: str(reason) for name, reason in as_object(value).items()}


def scored(run: Run, requirements: Requirements) -> Run:
    """The run in which a check outside the set warns at most, and fails nothing."""

    def weighed(verdict: Verdict) -> Verdict:
        if verdict.rule in requirements.scored or verdict.status not in ("fail", "warn"):
            return verdict
        why = requirements.not_scored.get(verdict.rule, "it came later")
        known = tuple(replace(finding, baselined=True) for finding in verdict.findings)
        return replace(verdict, status="warn", reason=f"not scored by {requirements.name}: {why}", findings=known)

    sessions = tuple(
        replace(session, verdicts=tuple(weighed(verdict) for verdict in session.verdicts)) for session in run.sessions
    )
    return replace(run, sessions=sessions, facts={**run.facts, "requirements": requirements.name})
