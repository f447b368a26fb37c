"""What holds for every recording format: fixtures are told apart, judged alike, and say where faults are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from judging import FIXTURES, broken, read_all, read_one, records_of, verdicts

from agentport_harness import loaders
from agentport_harness.core.importer import Importer
from agentport_harness.core.trace import Event
from agentport_harness.core.trace_format import trace_from_document, trace_to_document

FILES = sorted(path for path in FIXTURES.glob("*/*") if path.is_file())
IMPORTERS = {importer.name: importer for importer in loaders.available()}


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def pointed(event: Event) -> Event:
    """The event without a pointer that the format makes up where there is none."""
    own = event.place.pointer.startswith("/events/") or not event.place.pointer
    return replace(event, place=replace(event.place, pointer="")) if own else event


def test_every_format_has_a_conforming_and_a_faulty_fixture() -> None:
    for name in IMPORTERS:
        situations = [path.name for path in (FIXTURES / name).iterdir()]
        assert any(situation.startswith("approved") for situation in situations), name
        assert any(situation.startswith("placeholder-url") for situation in situations), name


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_fixture_is_taken_by_its_own_importer_and_by_no_other(path: Path) -> None:
    records = records_of(path)
    for importer in IMPORTERS.values():
        assert importer.sniff(records[:64]) is (importer.name == path.parent.name), importer.name


@pytest.mark.parametrize("path", [path for path in FILES if path.name.startswith("approved")], ids=named)
def test_a_session_in_which_the_url_was_copied_breaks_no_rule(path: Path) -> None:
    trace = read_one(path)
    assert not broken(trace)
    assert {verdicts(trace)[rule].status for rule in ("AP101", "AP102", "AP104", "AP105", "AP201", "AP202")} == {"pass"}
    assert not trace.warnings


@pytest.mark.parametrize("path", [path for path in FILES if path.name.startswith("placeholder-url")], ids=named)
def test_a_placeholder_in_the_url_is_found_where_it_stands(path: Path) -> None:
    trace = read_one(path)
    assert broken(trace) == {"AP102"}
    (finding,) = verdicts(trace)["AP102"].findings
    assert finding.evidence == "http://127.0.0.1:4747/approve/{id}"
    assert finding.place.path == str(path)
    assert finding.place.line is not None
    block = path.read_text().splitlines()[finding.place.line - 1 :][:3]
    assert "/approve/{id}" in "\n".join(block)


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix != ".yaml"], ids=named)
def test_every_event_names_its_line_and_a_pointer_that_leads_somewhere(path: Path) -> None:
    lines = path.read_text().splitlines()
    for trace in read_all(path)[0]:
        for event in trace.events:
            assert event.place.path == str(path)
            assert event.place.line is not None
            line = lines[event.place.line - 1].removeprefix("data: ")
            where = json.loads(path.read_text() if path.suffix == ".json" else line)
            for key in event.place.pointer.split("/")[1:]:
                where = where[int(key)] if isinstance(where, list) else where[key]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_session_survives_the_way_through_the_projects_own_format(path: Path) -> None:
    for trace in read_all(path)[0]:
        document = json.loads(json.dumps(trace_to_document(trace)))
        assert list(map(pointed, trace_from_document(document).events)) == list(map(pointed, trace.events))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_session_that_is_cut_off_anywhere_is_read_without_a_word_of_complaint(path: Path) -> None:
    importer, records = IMPORTERS[path.parent.name], records_of(path)
    for length in range(len(records)):
        for trace in importer.read(enumerate(records[:length], start=1), "x"):
            verdicts(trace)  # type: ignore[arg-type]


@pytest.mark.parametrize("importer", IMPORTERS.values(), ids=lambda importer: importer.name)
def test_an_importer_says_what_it_is(importer: Importer) -> None:
    assert importer.title
    assert importer.versions
    assert not importer.sniff([])
    assert not importer.sniff([{}, [], 1, None, {"type": "x"}])  # type: ignore[list-item]
    assert list(importer.read([], "x")) == []
