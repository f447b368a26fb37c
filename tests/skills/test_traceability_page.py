"""docs/traceability.md is current."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentport_harness.bundled import skills_folder
from agentport_harness.cli.main import main
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.schema_check import check
from agentport_harness.skill_bundle.page import exercised_on
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.skill_files import folder_bundle
from tests.skills.bundle import rules
from tests.skills.traceability_page import PAGE, SUITE, page_of, replayed, transcript_names


def test_the_page_is_what_the_generator_makes_of_the_skills() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_of(exercised_on(page)), "run python -m tests.skills.traceability_page"


def test_the_page_has_every_shipped_transcript() -> None:
    assert list(exercised_on(PAGE.read_text(encoding="utf-8"))) == transcript_names()


def test_every_gateway_check_that_a_rule_relies_on_is_in_the_catalogue_and_labelled() -> None:
    record = traceability_record(folder_bundle(skills_folder()))
    assert record is not None
    named = {check for checks in record.gateway.values() for check in checks}
    slugs = {check.id: check.slug for check in gateway_checks()}
    assert named - slugs.keys() == set()
    page = PAGE.read_text(encoding="utf-8")
    assert [check for check in sorted(named) if f"{check} {slugs[check]}" not in page] == []


@pytest.mark.slow
@pytest.mark.usefixtures("with_ap")
def test_the_page_says_what_a_replay_says() -> None:
    assert exercised_on(PAGE.read_text(encoding="utf-8")) == replayed()


def test_every_rule_that_a_transcript_can_try_is_kept_in_one_and_broken_in_one() -> None:
    tried = exercised_on(PAGE.read_text(encoding="utf-8")).values()
    untried = {rule for rule in rules() if not any(rule in one.rules for one in tried)}
    assert untried <= {"AP303", "AP304", "AP305"}  # installing needs a sign-in that no script can do


def test_replay_maps_a_transcript_to_the_sentences_that_it_tries(tmp_path: Path) -> None:
    target = tmp_path / "run.json"

    main(["replay", str(SUITE / "waiting" / "never.transcript.yaml"), "--quiet", "--format", f"json={target}"])

    run = json.loads(target.read_text(encoding="utf-8"))
    check(run, "run.v1", path="run", lines={})
    assert any(
        told.startswith("agentport-mcp/SKILL.md#share-the-url-and-wait: Start `agentport__await_approval`")
        for told in run["sessions"][0]["sentences"]
    )
