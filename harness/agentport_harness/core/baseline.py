"""``agentport-baseline/1``: known findings that do not fail a run. A finding that is not among them fails, and so does
an entry that matches nothing any more.

Each entry excuses one finding, by rule and fingerprint; the same entry twice excuses two alike (two sessions in one
file can have the same). The schema is ``schemas/baseline.v1.json``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON
from agentport_harness.core.verdict import Finding, Verdict

FORMAT = "agentport-baseline/1"
_FIELDS = ("rule", "fingerprint", "source", "reason")
_NOT_RUN = frozenset({"skipped", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One known finding. ``source`` says which recording it is in, ``reason`` why it is put up with; both may be empty.

    An entry with a source is stale only when that recording was judged; one without, in any run of its rule.
    """

    rule: str
    fingerprint: str
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One session's verdicts and where the session came from."""

    source: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A run after the baseline: the same sessions with their known findings marked, and the stale entries."""

    sessions: tuple[Judged, ...]
    stale: tuple[Known, ...]


class Marking:
    """Marks sessions one after the other; each entry excuses one finding, the first that it names."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._known = known
        self._left = Counter((entry.rule, entry.fingerprint) for entry in known)
        self._named = {entry.source for entry in known}
        self._sources: set[str] = set()
        self._run: set[str] = set()

    def mark(self, source: str, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """The verdicts of a session with their known findings marked."""
        if source in self._named:
            self._sources.add(source)
        self._run.update(verdict.rule for verdict in verdicts if verdict.status not in _NOT_RUN)
        return tuple(_marked(verdict, self._left) if verdict.findings else verdict for verdict in verdicts)

    def stale(self) -> tuple[Known, ...]:
        """The entries that named nothing, in order; ask once, after the last session."""
        stale: list[Known] = []
        for entry in reversed(self._known):  # of entries alike, the last ones are those too many
            if self._left[entry.rule, entry.fingerprint] > 0:
                self._left[entry.rule, entry.fingerprint] -= 1
                if entry.rule in self._run and (not entry.source or entry.source in self._sources):
                    stale.append(entry)
        return tuple(reversed(stale))


def apply_baseline(known: Sequence[Known], sessions: Sequence[Judged]) -> Applied:
    """Mark every finding that an entry names, and find the entries that name none."""
    marking = Marking(known)
    marked = tuple(replace(session, verdicts=marking.mark(session.source, session.verdicts)) for session in sessions)
    return Applied(sessions=marked, stale=marking.stale())


def new_findings(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings that the baseline does not name: those that count."""
    return tuple(finding for finding in verdict.findings if not finding.baselined)


def baseline_of(sessions: Iterable[Judged], *, reason: str = "") -> tuple[Known, ...]:
    """A baseline that names every finding of these sessions."""
    return tuple(
        Known(rule=verdict.rule, fingerprint=finding.fingerprint, source=session.source, reason=reason)
        for session in sessions
        for verdict in session.verdicts
        for finding in verdict.findings
    )


def baseline_from_document(document: JSON) -> tuple[Known, ...]:
    """The entries that a document holds. Raises `InputError` that names the place, as in ``$.findings[3].rule``."""
    if not isinstance(document, Mapping):
        raise _wrong("Expected an object", "$")
    if document.get("format") != FORMAT:
        raise _wrong(f'Expected "{FORMAT}", got {document.get("format")!r}', "$.format")
    for name in document:
        if name not in {"format", "findings"}:
            raise _wrong(f"Expected format and findings, got {name!r}", "$")
    entries = document.get("findings")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise _wrong("Expected an array", "$.findings")
    return tuple(_entry(entry, f"$.findings[{index}]") for index, entry in enumerate(entries))


def baseline_to_document(known: Iterable[Known]) -> dict[str, JSON]:
    """The document that reads back as these entries, in an order that keeps differences small."""
    ordered = sorted(known, key=lambda entry: (entry.source, entry.rule, entry.fingerprint))
    return {
        "format": FORMAT,
        "findings": [{name: value for name in _FIELDS if (value := getattr(entry, name))} for entry in ordered],
    }


def _marked(verdict: Verdict, left: Counter[tuple[str, str]]) -> Verdict:
    findings = []
    for finding in verdict.findings:
        excused = left[verdict.rule, finding.fingerprint] > 0
        left[verdict.rule, finding.fingerprint] -= excused
        findings.append(replace(finding, baselined=excused))
    return replace(verdict, findings=tuple(findings))


def _entry(given: JSON, at: str) -> Known:
    if not isinstance(given, Mapping):
        raise _wrong("Expected an object", at)
    for name, value in given.items():
        if name not in _FIELDS:
            raise _wrong(f"Expected one of {', '.join(_FIELDS)}, got {name!r}", at)
        if not isinstance(value, str):
            raise _wrong("Expected a string", f"{at}.{name}")
    for name in ("rule", "fingerprint"):
        if not given.get(name):
            raise _wrong("Expected a string that is not empty", f"{at}.{name}")
    return Known(**{name: str(value) for name, value in given.items()})


def _wrong(message: str, at: str) -> InputError:
    return InputError(
        "bad-baseline",
        f"{message} - at `{at}`",
        hint="an entry is {rule, fingerprint, source?, reason?}, as reports show them",
    )
