"""Every labelled session is judged as its name says, by all rules."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import resources

import jsonschema
import pytest

from agentport_harness.core.rule import Rule
from tests.rules.cases import FOLDER, Case, cases
from tests.rules.catalogue import broken, explained, rules, verdicts

LEAST = 3
BY_SLUG = {rule.slug: rule for rule in rules()}


@pytest.mark.parametrize("case", [case for case in cases() if case.valid], ids=lambda case: case.name)
def test_a_valid_session_breaks_no_rule(case: Case) -> None:
    assert not broken(case.trace()), explained(case.trace())


@pytest.mark.parametrize("case", [case for case in cases() if not case.valid], ids=lambda case: case.name)
def test_an_invalid_session_breaks_the_rule_of_its_folder_and_no_other(case: Case) -> None:
    assert broken(case.trace()) == {BY_SLUG[case.slug].id}, explained(case.trace())


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_is_a_document_that_the_trace_schema_allows(case: Case) -> None:
    schema = json.loads(resources.files("agentport_harness").joinpath("schemas/trace.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(case.document())


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_tells_the_reader_in_a_sentence_what_is_special(case: Case) -> None:
    assert re.search(r"\w+ \w+ \w+", case.document().get("about", "")), f"{case.path} has no `about`"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_rule_has_three_valid_and_three_invalid_sessions(rule: Rule) -> None:
    found = Counter(case.valid for case in cases() if case.slug == rule.slug)
    assert found[True] >= LEAST, f"{rule.slug} has {found[True]} valid cases"
    assert found[False] >= LEAST, f"{rule.slug} has {found[False]} invalid cases"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_rule_is_triggered_and_kept_in_one_of_its_valid_sessions(rule: Rule) -> None:
    said = {verdicts(case.trace())[rule.id].status for case in cases() if case.slug == rule.slug and case.valid}
    assert "pass" in said, f"{rule.slug}: its valid cases are only {said or 'missing'}"


def test_every_folder_of_cases_is_a_rules_slug_and_every_file_says_valid_or_invalid() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} <= set(BY_SLUG)
    names = [path.name for path in FOLDER.rglob("*") if path.is_file()]
    assert [name for name in names if not re.fullmatch(r"(?:in)?valid-[a-z0-9-]+\.yaml", name)] == []
