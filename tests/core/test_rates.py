"""Rates say how often something went well, and how sure that is."""

from __future__ import annotations

import pytest

from agentport_harness.core.rates import Rate


@pytest.mark.parametrize(
    ("passed", "trials", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (8, 10, 0.4902, 0.9433), (1, 2, 0.0945, 0.9055)],
)
def test_the_interval_is_wilsons(passed: int, trials: int, low: float, high: float) -> None:
    assert Rate(passed=passed, trials=trials).interval() == pytest.approx((low, high), abs=5e-5)


def test_more_trials_make_it_narrower() -> None:
    few, many = Rate(passed=9, trials=10).interval(), Rate(passed=900, trials=1000).interval()

    assert few[0] < many[0] < 0.9 < many[1] < few[1]


def test_a_rate_reads_as_a_sentence_would() -> None:
    assert str(Rate(passed=9, trials=10)) == "9 of 10 (95 % interval 60% to 98%)"
