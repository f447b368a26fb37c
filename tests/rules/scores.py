"""Prints precision and recall of every rule over cases, mutants and generated sessions.

python -m tests.rules.scores [--sessions 300] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agentport_harness.core.trace import Trace
from tests.rules.cases import cases
from tests.rules.catalogue import broken, rules
from tests.rules.generator import sessions
from tests.rules.kill_matrix import conforming_sessions
from tests.rules.mutants import mutants


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A session with the rules that it is known to break."""

    kind: str
    trace: Trace
    label: frozenset[str]


@dataclass(kw_only=True)
class Score:
    """How often one rule was right: on faulty sessions, and where it spoke."""

    true: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.true / (self.true + self.missed) if self.true + self.missed else 1.0


def labelled(count: int, seed: int) -> Iterator[Labelled]:
    """Every labelled session that this project has or can make."""
    ids = {rule.slug: rule.id for rule in rules()}
    for case in cases():
        yield Labelled(
            kind="labelled", trace=case.trace(), label=frozenset() if case.valid else frozenset({ids[case.slug]})
        )
    for trace in sessions(count, seed):
        yield Labelled(kind="generated", trace=trace, label=frozenset())
    for mutant in mutants(conforming_sessions(count, seed), most=2):
        yield Labelled(kind="mutated", trace=mutant.trace, label=frozenset({mutant.rule.id}))


def scores(material: Iterable[Labelled]) -> tuple[Mapping[str, Score], Counter[str]]:
    """A score for every rule, and how many sessions of each kind were judged."""
    found: dict[str, Score] = defaultdict(Score)
    kinds: Counter[str] = Counter()
    for item in material:
        kinds[item.kind] += 1
        said = broken(item.trace)
        for rule in said | item.label:
            score = found[rule]
            score.true += rule in said and rule in item.label
            score.false += rule not in item.label
            score.missed += rule not in said
    return found, kinds


def printed(found: Mapping[str, Score], kinds: Mapping[str, int]) -> str:
    """The scores as a Markdown table."""
    lines = [
        "| rule | slug | level | faulty sessions | precision | recall |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    for rule in rules():
        score = found.get(rule.id, Score())
        faulty = score.true + score.missed
        ratios = f"{score.precision:.2f} | {score.recall:.2f}" if faulty else "- | -"
        lines.append(f"| {rule.id} | {rule.slug} | {rule.level} | {faulty} | {ratios} |")
    material = ", ".join(f"{count} {kind} sessions" for kind, count in kinds.items())
    return "\n".join([*lines, "", f"Over {material}."]) + "\n"


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write(printed(*scores(labelled(options.sessions, options.seed))))


if __name__ == "__main__":
    main()
