"""Judging: every rule of the catalogue says one thing of a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from agentport_harness.core.remembering import judged
from agentport_harness.core.rule import Broken, Observation, Rule, Unclear
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Lack
from agentport_harness.core.verdict import Finding, Status, Verdict, fingerprint

LONGEST_EVIDENCE = 500
"""Characters of a recording that a finding quotes at most."""

_LACKS: dict[Lack, str] = {
    "assistant_text": "the recording holds nothing of what the agent said",
    "human_turns": "the recording holds no human messages, so turns cannot be told apart",
    "error_flag": "the recording does not mark failed calls",
    "results": "the recording holds no results of calls",
    "arguments": "the recording does not hold what the calls carried",
    "order_in_step": "the recording has no order of text and calls within a step",
    "history": "the recording starts in the middle of a longer conversation",
    "open_end": "the recording does not show whether the session was cut off",
}


def judge(session: Session, rules: Iterable[Rule], *, skipped: Iterable[Rule] = ()) -> tuple[Verdict, ...]:
    """One verdict for each rule, in the order of ids. ``skipped`` rules were deselected and are not run."""
    verdicts = [_verdict(rule, session) for rule in rules]
    verdicts += [_plain(rule, "skipped", "deselected") for rule in skipped]
    judged(sum(len(getattr(event, "text", "")) for event in session.trace.events))
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rule))


def _verdict(rule: Rule, session: Session) -> Verdict:
    if not (rule.always or session.uses_gateway):
        return _plain(rule, "not_applicable")
    try:
        observations = tuple(rule.check(session))
    except Exception as error:  # noqa: BLE001 one rule's fault must not take the other verdicts with it
        return _plain(rule, "error", f"the rule itself failed: {type(error).__name__}: {error}")
    lacking = sorted(rule.needs & session.trace.lacks)
    if observations and lacking:
        return _plain(rule, "not_testable", _LACKS[lacking[0]])
    broken = [observation for observation in observations if isinstance(observation, Broken)]
    if broken:
        return Verdict(
            rule=rule.id,
            slug=rule.slug,
            level=rule.level,
            status="fail" if rule.level == "MUST" else "warn",
            findings=_findings(rule, session, broken),
        )
    unclear = [observation for observation in observations if isinstance(observation, Unclear)]
    if unclear:
        return _plain(rule, "not_testable", unclear[0].reason)
    return _plain(rule, "pass" if observations else "not_applicable")


@lru_cache(maxsize=4096)
def _plain(rule: Rule, status: Status, reason: str = "") -> Verdict:
    """A verdict without findings; sessions share it, which keeps a hundred thousand reports small."""
    return Verdict(rule=rule.id, slug=rule.slug, level=rule.level, status=status, reason=reason)


def _findings(rule: Rule, session: Session, broken: Sequence[Observation]) -> tuple[Finding, ...]:
    seen: Counter[tuple[str, str]] = Counter()
    findings = []
    for fault in sorted((b for b in broken if isinstance(b, Broken)), key=lambda fault: fault.at):
        event = session.trace.events[fault.at]
        evidence = clipped(fault.evidence)
        seen[fault.message, evidence] += 1
        findings.append(
            Finding(
                message=fault.message,
                turn=session.turn_at(fault.at).number,
                event=fault.at,
                evidence=evidence,
                expected=fault.expected,
                place=event.place,
                fingerprint=fingerprint(
                    rule.id, session.trace.source, fault.message, evidence, seen[fault.message, evidence]
                ),
            )
        )
    return tuple(findings)


def clipped(text: str) -> str:
    """The text, cut to what a report can carry."""
    return text if len(text) <= LONGEST_EVIDENCE else f"{text[: LONGEST_EVIDENCE - 1]}\u2026"
