"""Prints which rule kills which mutants: operators down, rules across, numbers of mutants in the fields.

python -m tests.rules.kill_matrix [--sessions 150] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.rules.cases import cases
from tests.rules.catalogue import rules
from tests.rules.generator import sessions
from tests.rules.mutants import Conforming, Mutant, mutants, operators


@dataclass(kw_only=True)
class Row:
    """One operator: the rule that it breaks, how many mutants it made, and how many of them each rule killed."""

    rule: str
    operator: str
    made: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    exactly: int = 0
    """Mutants that its own rule killed and no other."""

    @property
    def only_its_own(self) -> bool:
        return self.made > 0 and self.exactly == self.made

    def count(self, mutant: Mutant) -> None:
        killed = mutant.killed_by
        self.made += 1
        self.killed.update(killed)
        self.exactly += killed == {self.rule}


def matrix(sessions: Iterable[Conforming], *, most: int = 4) -> Mapping[str, Row]:
    """A row for every operator, by ``rule/operator``."""
    rows = {f"{rule.id}/{operator.name}": Row(rule=rule.id, operator=operator.name) for rule, operator in operators()}
    for mutant in mutants(sessions, most=most):
        rows[f"{mutant.rule.id}/{mutant.operator.name}"].count(mutant)
    return rows


def conforming_sessions(count: int, seed: int) -> list[Conforming]:
    """The valid cases and that many generated sessions."""
    valid = [case.trace() for case in cases() if case.valid]
    return [Conforming(trace=trace) for trace in [*valid, *sessions(count, seed)]]


def printed(rows: Mapping[str, Row]) -> str:
    """The matrix as a table, and what is missing from it."""
    ids = [rule.id for rule in rules()]
    width = max((len(row.operator) for row in rows.values()), default=8)
    lines = [f"{'':6}{'operator':{width}} {'made':>6} " + " ".join(f"{name:>5}" for name in ids)]
    for row in rows.values():
        marks = " ".join(f"{row.killed[name] or '.':>5}" for name in ids)
        mark = "" if row.only_its_own else "  <-"
        lines.append(f"{row.rule:6}{row.operator:{width}} {row.made:>6} {marks}{mark}")
    empty = [f"{row.rule}/{row.operator}" for row in rows.values() if not row.killed]
    alone = {row.rule for row in rows.values() if row.only_its_own}
    lines += [
        f"\n{len(rows)} operators, {sum(row.made for row in rows.values())} mutants",
        f"empty rows: {', '.join(empty) or 'none'}",
        f"rules without an operator that only they kill: {', '.join(sorted(set(ids) - alone)) or 'none'}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the matrix."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write(printed(matrix(conforming_sessions(options.sessions, options.seed))))


if __name__ == "__main__":
    main()
