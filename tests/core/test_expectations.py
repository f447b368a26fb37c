"""Every point in which a result is not as expected is said in words."""

from __future__ import annotations

from agentport_harness.core.expectations import differences, holds, same_calls
from agentport_harness.core.outcomes import Outcome
from agentport_harness.core.trace import ToolResult
from agentport_harness.core.transcript import Expectation

RESULT = ToolResult(call_id="1", text="refunded", structured={"a": 1, "b": {"c": [1, 2]}}, is_error=False, exit_code=0)
EXECUTED = Outcome(kind="executed")


def test_nothing_is_said_when_all_is_as_expected() -> None:
    wanted = Expectation(
        outcome="executed", texts=("refund",), structured={"b": {"c": [1, 2.0]}}, is_error=False, exit_code=0
    )

    assert list(differences(wanted, EXECUTED, RESULT)) == []


def test_each_difference_is_said() -> None:
    wanted = Expectation(
        outcome="expired", texts=("denied",), structured={"b": {"c": [1]}}, is_error=True, exit_code=2, status=200
    )

    said = list(differences(wanted, EXECUTED, RESULT))

    assert [words.partition(",")[0] for words in said] == [
        "Expected outcome expired",
        "Expected 'denied' in the text",
        'Expected structured content with {"b":{"c":[1]}}',
        "Expected is_error True",
        "Expected exit_code 2",
        "Expected status 200",
    ]


def test_long_texts_are_cut_in_the_words() -> None:
    long = ToolResult(call_id="1", text="x" * 5000)

    (said,) = differences(Expectation(outcome="expired"), EXECUTED, long)

    assert len(said) < 400


def test_objects_may_hold_more_and_arrays_may_not() -> None:
    assert holds({"a": 1, "b": 2}, {"a": 1.0})
    assert not holds({"a": [1, 2]}, {"a": [1]})
    assert not holds([1], {"a": 1})


def test_calls_that_reached_an_upstream_are_compared_as_a_whole() -> None:
    assert same_calls(2, [{}, {}])
    assert not same_calls(0, [{}])
    assert same_calls([{"a": 1}, {"a": 2}], [{"a": 2.0}, {"a": 1}])
    assert not same_calls([{"a": 1}], [{"a": 1}, {"a": 1}])
