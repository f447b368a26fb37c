"""What the tests of importers share: sessions of records or files, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from agentport_harness import loaders, rules
from agentport_harness.core.discovery import members
from agentport_harness.core.importer import Importer, Problem
from agentport_harness.core.json_values import JSON
from agentport_harness.core.judge import judge
from agentport_harness.core.rule import Rule
from agentport_harness.core.trace import Trace
from agentport_harness.core.verdict import Verdict
from agentport_harness.records import Records
from agentport_harness.sources import Source
from agentport_harness.surfaces.reading import read_session

FIXTURES = Path(__file__).parents[1] / "fixtures" / "importers"
RULES = members(rules, Rule)


def read_all(path: Path | str, input_format: str = "auto") -> tuple[list[Trace], list[Problem]]:
    """The sessions of a path, and the problems met."""
    found = list(loaders.recordings([path], input_format))
    return [r for r in found if isinstance(r, Trace)], [r for r in found if isinstance(r, Problem)]


def read_one(path: Path | str, input_format: str = "auto") -> Trace:
    """The one session of a path that reads without a problem."""
    (trace,), problems = read_all(path, input_format)
    assert not problems
    return trace


def records_of(path: Path) -> list[JSON]:
    """The records of a fixture, as importers are shown them."""
    with path.open("rb") as stream:
        return [value for _, value in Records(Source(name=path.name, path=path)).of(stream)]


def imported(importer: Importer, records: Iterable[JSON]) -> list[Trace]:
    """The sessions that an importer makes of records, one to a line."""
    return list(importer.read(enumerate(records, start=1), "recording"))


def verdicts(trace: Trace) -> Mapping[str, Verdict]:
    """What every rule says of a session, by id."""
    return {verdict.rule: verdict for verdict in judge(read_session(trace), RULES)}


def broken(trace: Trace) -> set[str]:
    """The ids of the rules of level MUST that a session breaks."""
    return {rule for rule, verdict in verdicts(trace).items() if verdict.status == "fail"}
