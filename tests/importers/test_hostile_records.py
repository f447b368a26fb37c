"""Whatever a file holds, an importer answers with sessions or named problems, never with a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import FIXTURES, records_of, verdicts

from agentport_harness import loaders
from agentport_harness.core.importer import Problem
from agentport_harness.core.trace import Trace
from agentport_harness.core.trace_format import trace_to_document
from agentport_harness.parsing import parse_json

IMPORTERS = {importer.name: importer for importer in loaders.available()}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
SETTINGS = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def fixtures(name: str) -> Iterator[list[Any]]:
    for path in sorted((FIXTURES / name).iterdir()):
        yield list(records_of(path))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a value with every key of it."""
    found, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item))
        for key in keys:
            found.append((item, key))
            if isinstance(item[key], dict | list):
                waiting.append(item[key])
    return found


@st.composite
def mutated(draw: Any, name: str) -> list[Any]:
    records = deepcopy(draw(st.sampled_from(list(fixtures(name)))))
    for _ in range(draw(st.integers(1, 6))):
        spots = places(records)
        if not spots:
            break
        holder, key = spots[draw(st.integers(0, len(spots) - 1))]
        match draw(st.sampled_from(["replace", "remove", "repeat", "swap"])):
            case "replace":
                holder[key] = draw(JUNK)
            case "remove":
                del holder[key]
            case "repeat" if isinstance(holder, list):
                holder.insert(key, deepcopy(holder[key]))
            case _:
                other, other_key = spots[draw(st.integers(0, len(spots) - 1))]
                holder[key] = deepcopy(other[other_key])
    return records


def judged(name: str, records: list[Any]) -> None:
    for found in IMPORTERS[name].read(enumerate(records, start=1), "recording"):
        if isinstance(found, Problem):
            assert found.slug
            assert found.line
        else:
            assert isinstance(found, Trace)
            json.dumps(trace_to_document(found))
            verdicts(found)


@pytest.mark.parametrize("name", IMPORTERS)
def test_mutated_recordings_never_end_in_a_traceback(name: str) -> None:
    @SETTINGS
    @given(mutated(name))
    def check(records: list[Any]) -> None:
        for importer in IMPORTERS.values():
            importer.sniff(records)
        judged(name, records)

    check()


@pytest.mark.parametrize("name", IMPORTERS)
def test_junk_never_ends_in_a_traceback(name: str) -> None:
    @SETTINGS
    @given(st.lists(JUNK, max_size=4))
    def check(records: list[Any]) -> None:
        IMPORTERS[name].sniff(records)
        judged(name, records)

    check()


@pytest.mark.parametrize("name", IMPORTERS)
def test_recordings_of_any_other_format_never_end_in_a_traceback(name: str) -> None:
    for other in IMPORTERS:
        for records in fixtures(other):
            judged(name, records)


@pytest.mark.parametrize("name", IMPORTERS)
def test_recordings_nested_as_deep_as_can_be_parsed_never_end_in_a_traceback(name: str) -> None:
    deep = parse_json(b"[" * 900 + b"]" * 900)
    deep_object = parse_json(b'{"a":' * 900 + b"1" + b"}" * 900)
    for records in fixtures(name):
        for holder, key in places(records)[:100]:
            kept = holder[key]
            for nested in (deep, deep_object):
                holder[key] = nested
                for importer in IMPORTERS.values():
                    importer.sniff(records)
                judged(name, records)
            holder[key] = kept
        break


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/placeholder-url*")), ids=lambda path: path.name)
def test_files_whose_bytes_were_damaged_yield_sessions_or_problems(path: Path, tmp_path: Path) -> None:
    target = tmp_path / path.name

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 40)), min_size=1, max_size=4))
    def check(damages: list[tuple[float, bytes, int]]) -> None:
        data = path.read_bytes()
        for where, put, cut in damages:
            at = int(where * len(data))
            data = data[:at] + put + data[at + cut :]
        target.write_bytes(data)
        found = list(loaders.recordings([target]))
        assert found
        for session in found:
            if isinstance(session, Trace):
                verdicts(session)
            else:
                assert session.slug
                assert session.hint or session.message

    check()
