"""How often something went well in a number of trials, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964
"""The two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``passed`` of ``trials``."""

    passed: int
    trials: int

    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % confidence interval, each end from 0 to 1; everything is possible without a trial."""
        if self.trials == 0:
            return 0.0, 1.0
        share, square = self.passed / self.trials, _Z * _Z / self.trials
        middle = share + square / 2
        spread = _Z * sqrt(share * (1 - share) / self.trials + square / (4 * self.trials))
        return max(0.0, (middle - spread) / (1 + square)), min(1.0, (middle + spread) / (1 + square))

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.passed} of {self.trials} (95 % interval {low:.0%} to {high:.0%})"
