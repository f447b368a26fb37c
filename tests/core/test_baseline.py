"""The baseline: known findings are excused one by one, new ones fail, stale entries are reported."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.baseline import (
    FORMAT,
    Judged,
    Known,
    apply_baseline,
    baseline_from_document,
    baseline_of,
    baseline_to_document,
    new_findings,
)
from agentport_harness.core.errors import InputError
from agentport_harness.core.verdict import Finding, Status, Verdict


def judged(*fingerprints: str, rule: str = "AP101", source: str = "a.yaml", status: Status = "fail") -> Judged:
    findings = tuple(
        Finding(message="m", turn=1, event=0, evidence="", expected="", fingerprint=fingerprint)
        for fingerprint in fingerprints
    )
    return Judged(
        source=source,
        verdicts=(Verdict(rule=rule, slug="s", level="MUST", status=status, findings=findings),),
    )


def new(sessions: tuple[Judged, ...]) -> list[str]:
    return [
        finding.fingerprint for session in sessions for verdict in session.verdicts for finding in new_findings(verdict)
    ]


def test_a_known_finding_is_marked_and_a_new_one_is_not() -> None:
    applied = apply_baseline([Known(rule="AP101", fingerprint="f1")], [judged("f1", "f2")])
    assert new(applied.sessions) == ["f2"]
    assert applied.stale == ()


def test_an_entry_excuses_only_its_own_rule() -> None:
    applied = apply_baseline([Known(rule="AP102", fingerprint="f1")], [judged("f1")])
    assert new(applied.sessions) == ["f1"]


def test_an_entry_that_matches_nothing_is_stale() -> None:
    gone = Known(rule="AP101", fingerprint="gone")
    assert apply_baseline([gone], [judged("f1", status="pass")]).stale == (gone,)


def test_each_entry_excuses_one_finding_of_two_alike() -> None:
    entry = Known(rule="AP101", fingerprint="f1")
    assert new(apply_baseline([entry], [judged("f1"), judged("f1")]).sessions) == ["f1"]
    assert new(apply_baseline([entry, entry], [judged("f1"), judged("f1")]).sessions) == []
    assert apply_baseline([entry, entry], [judged("f1")]).stale == (entry,)


@pytest.mark.parametrize("status", ["skipped", "error"])
def test_an_entry_of_a_rule_that_was_not_run_is_not_stale(status: Status) -> None:
    assert apply_baseline([Known(rule="AP101", fingerprint="f1")], [judged(status=status)]).stale == ()


def test_an_entry_with_a_source_is_stale_only_when_that_source_was_judged() -> None:
    entry = Known(rule="AP101", fingerprint="f1", source="b.yaml")
    assert apply_baseline([entry], [judged(source="a.yaml", status="pass")]).stale == ()
    assert apply_baseline([entry], [judged(source="b.yaml", status="pass")]).stale == (entry,)


@given(st.lists(st.lists(st.sampled_from(["f1", "f2", "f3"]), max_size=4), max_size=4))
def test_the_baseline_of_a_run_excuses_exactly_that_run(runs: list[list[str]]) -> None:
    sessions = [judged(*fingerprints) for fingerprints in runs]
    applied = apply_baseline(baseline_of(sessions, reason="known"), sessions)
    assert new(applied.sessions) == []
    assert applied.stale == ()


_texts = st.text(max_size=5)
_entries = st.builds(Known, rule=st.text(min_size=1), fingerprint=st.text(min_size=1), source=_texts, reason=_texts)


@given(st.lists(_entries))
def test_a_baseline_reads_back_as_it_was_written_and_fits_its_schema(known: list[Known]) -> None:
    document = baseline_to_document(known)
    schema = json.loads(resources.files("agentport_harness").joinpath("schemas/baseline.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(document)))
    assert sorted(baseline_from_document(document), key=repr) == sorted(known, key=repr)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "$"),
        ({"format": "other/1"}, "$.format"),
        ({"format": FORMAT, "extra": 1}, "$"),
        ({"format": FORMAT}, "$.findings"),
        ({"format": FORMAT, "findings": "all"}, "$.findings"),
        ({"format": FORMAT, "findings": ["x"]}, "$.findings[0]"),
        ({"format": FORMAT, "findings": [{"rule": "AP101", "fingerprint": 3}]}, "$.findings[0].fingerprint"),
        ({"format": FORMAT, "findings": [{"rule": "AP101"}]}, "$.findings[0].fingerprint"),
        ({"format": FORMAT, "findings": [{"rule": "AP101", "fingerprint": "f", "line": "3"}]}, "$.findings[0]"),
    ],
)
def test_a_malformed_baseline_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(InputError, match=r"at `") as refused:
        baseline_from_document(document)
    assert refused.value.slug == "bad-baseline"
    assert f"`{place}`" in str(refused.value)
