"""The totals of a run that is too long to be told session by session: worst rules, worst sources, rates over time."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.safe_text import visible
from agentport_harness.core.tally import RuleTally, Tally
from agentport_harness.core.worst import Worst
from agentport_harness.reports._telling import at, counted

_RANK = ("MUST", "SHOULD", "MAY")
_BAR = 20


def totals(tally: Tally) -> Iterator[tuple[str, str]]:
    """Lines with their styles: rules, places, times, and what was not judged."""
    judged = max(1, tally.sessions - tally.problems - tally.skipped)
    if tally.rules:
        yield "", ""
        yield "Rules, by how many sessions break them", "bold"
    for one in sorted(tally.rules.values(), key=lambda one: (_RANK.index(one.level), -one.sessions, one.rule)):
        yield from _rule(one, judged)
    if tally.folders.seen > 1:
        yield from _worst("Folders with the most findings", tally.folders)
    yield from _worst("Sources with the most findings", tally.sources)
    times = tally.over_time()
    if len(times) > 1:
        yield "", ""
        yield "Sessions that break a rule, by when they began", "bold"
        most = max(broken / count for count, broken in times.values()) or 1.0
        for span, (count, broken) in times.items():
            bar = "\u2588" * round(_BAR * broken / count / most)
            yield f"  {span:<10} {broken / count:>6.1%} {bar:<{_BAR}} {broken:,} of {count:,}", ""
    yield from _unjudged(tally)


def _unjudged(tally: Tally) -> Iterator[tuple[str, str]]:
    """Lines with their styles: what was not judged, by the reason."""
    if not tally.troubles:
        return
    yield "", ""
    yield "Not judged, by the reason", "bold"
    for one in sorted(tally.troubles.values(), key=lambda one: (one.passed_over, -one.count, one.why)):
        how = "passed over: " if one.passed_over else ""
        yield f"  {one.count:>6,}  {how}{visible(one.why)}", "yellow" if one.passed_over else "red"
        more = ", \u2026" if one.count > len(one.at) else ""
        yield f"          at {', '.join(map(visible, one.at))}{more}", ""
        if one.hint:
            yield f"          hint: {visible(one.hint)}", ""


def _worst(title: str, worst: Worst) -> Iterator[tuple[str, str]]:
    found = worst.worst()
    if found:
        yield "", ""
        yield title, "bold"
    for one in found:
        held = f" in {one.broken:,} of {counted(one.sessions, 'session')}" if one.sessions > 1 else ""
        yield f"  {one.findings:>6,}{held}  {visible(one.source) or '.'}", ""


def _rule(one: RuleTally, judged: int) -> Iterator[tuple[str, str]]:
    share = f"{counted(one.sessions, 'session')} ({one.sessions / judged:.1%}), {counted(one.findings, 'finding')}"
    yield (
        f"  {visible(one.rule)} {visible(one.slug)} ({one.level}): {share}",
        "red" if one.level == "MUST" else "yellow",
    )
    source, finding = one.first[0]
    yield f"      first at {visible(at(finding.place) or source)}: {visible(finding.message)}", ""
