"""Adding a rule is adding one file: nothing else is edited for it to be found, judged, explained and mutated."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

import agentport_harness.rules
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.judge import judge
from agentport_harness.core.rule import Rule
from agentport_harness.core.verdict import Verdict
from agentport_harness.surfaces.reading import read_session
from tests.rules.generator import session
from tests.rules.mutants import operators

NEW_RULE = '''
from collections.abc import Iterable, Iterator

from agentport_harness.core.edits import insert, said
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace


@rule(
    "AP999",
    level="SHOULD",
    why="Shouting wakes the neighbours.",
    mend="Speak softly.",
    passes="done.",
    fails="DONE!!!",
    needs=("assistant_text",),
)
def never_shout(session: Session) -> Iterator[Observation]:
    """The human is not shouted at.

    Three exclamation marks are a shout.
    """
    for text in session.shown:
        shouts = "!!!" in text.text
        yield Broken(at=text.seq, message="shouted", expected="calm") if shouts else Kept(at=text.seq)


@never_shout.mutation
def shout_at_the_end(session: Session) -> Iterable[Trace]:
    yield insert(session.trace, len(session.trace.events), said("DONE!!!"))
'''


@pytest.fixture
def rules_with_one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The rules' own package, with one more folder in its path that holds one more file."""
    (tmp_path / "never_shout.py").write_text(NEW_RULE)
    package = agentport_harness.rules
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    yield package
    sys.modules.pop(f"{package.__name__}.never_shout", None)
    package.__dict__.pop("never_shout", None)


def test_a_new_file_is_a_new_rule_with_all_that_explains_it(rules_with_one_more: ModuleType) -> None:
    found = {rule.id: rule for rule in members(rules_with_one_more, Rule)}
    new = found["AP999"]
    assert (new.slug, new.level, new.text) == ("never-shout", "SHOULD", "The human is not shouted at.")
    assert new.fine_points == "Three exclamation marks are a shout."
    assert (new.why, new.mend, new.passes, new.fails) == (
        "Shouting wakes the neighbours.",
        "Speak softly.",
        "done.",
        "DONE!!!",
    )
    assert "AP101" in found


def test_a_new_rule_judges_beside_the_others_and_its_operator_breaks_it_alone(rules_with_one_more: ModuleType) -> None:
    catalogue = members(rules_with_one_more, Rule)
    [(rule, operator)] = [pair for pair in operators(catalogue) if pair[0].id == "AP999"]
    assert operator.name == "shout-at-the-end"
    conforming = read_session(session(Random(3)))
    [mutant] = operator.apply(conforming)

    def broken(verdicts: Iterable[Verdict]) -> set[str]:
        return {verdict.rule for verdict in verdicts if verdict.findings}

    assert broken(judge(conforming, catalogue)) == set()
    assert broken(judge(read_session(mutant), catalogue)) == {rule.id}


def test_a_file_that_defines_no_rule_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_rule.py").write_text('"""Nothing here."""\n')
    (tmp_path / "_private.py").write_text("raise RuntimeError\n")
    package = agentport_harness.rules
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    with pytest.raises(HarnessError, match=r"empty_rule defines no Rule"):
        members(package, Rule)
    sys.modules.pop(f"{package.__name__}.empty_rule", None)
