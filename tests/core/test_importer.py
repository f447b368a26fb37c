"""What is said of a source that cannot be read."""

from __future__ import annotations

from agentport_harness.core.importer import Problem


def test_a_problem_is_told_with_its_line_and_its_hint() -> None:
    assert str(Problem(path="a.jsonl", slug="bad-json", message="no JSON")) == "a.jsonl: no JSON"
    told = str(Problem(path="a.jsonl", slug="bad-json", message="no JSON", line=3, hint="cut it off"))
    assert told == "a.jsonl:3: no JSON\n  hint: cut it off"
