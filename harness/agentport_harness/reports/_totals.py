"""The totals of a run that is too long to be told session by session: worst rules, worst sources, rates over time."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.safe_text import visible
from agentport_harness.core.tally import RuleTally, Tally
from agentport_harness.reports._telling import at, counted

_RANK = ("MUST", "SHOULD", "MAY")
_BAR = 20


def totals(tally: Tally) -> Iterator[tuple[str, str]]:
    """Lines with their styles."""
    judged = max(1, tally.sessions - tally.problems - tally.skipped)
    if tally.rules:
        yield "", ""
        yield "Rules, by how many sessions break them", "bold"
    for one in sorted(tally.rules.values(), key=lambda one: (_RANK.index(one.level), -one.sessions, one.rule)):
        yield from _rule(one, judged)
    if worst := tally.worst_sources():
        yield "", ""
        yield "Sources with the most findings", "bold"
        for source in worst:
            held = f" in {counted(source.sessions, 'session')}" if source.sessions > 1 else ""
            yield f"  {source.findings:>6,}{held}  {visible(source.source)}", ""
    times = tally.over_time()
    if len(times) > 1:
        yield "", ""
        yield "Sessions that break a rule, by when they began", "bold"
        for span, (count, broken) in times.items():
            bar = "\u2588" * round(_BAR * broken / count)
            yield f"  {span:<10} {broken / count:>6.1%} {bar:<{_BAR}} {broken:,} of {count:,}", ""


def _rule(one: RuleTally, judged: int) -> Iterator[tuple[str, str]]:
    share = f"{counted(one.sessions, 'session')} ({one.sessions / judged:.1%}), {counted(one.findings, 'finding')}"
    yield (
        f"  {visible(one.rule)} {visible(one.slug)} ({one.level}): {share}",
        "red" if one.level == "MUST" else "yellow",
    )
    source, finding = one.first[0]
    yield f"      first at {visible(at(finding.place) or source)}: {visible(finding.message)}", ""
