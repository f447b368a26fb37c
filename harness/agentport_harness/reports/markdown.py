"""A Markdown summary for a pull request or ``$GITHUB_STEP_SUMMARY``: what was found, rule by rule, within 1 MiB.

Everything recorded stands in code spans, where Markdown knows no link, no mention and no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.safe_text import one_line
from agentport_harness.core.verdict import Finding
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import TOOL, Told, at, counted, names, outcome, told, unmet

MOST_BYTES = 900_000
"""GitHub takes 1 MiB for a step, and other tools may write to the same summary."""

_LONGEST = 300
_TICKS = re.compile("`+")


def _write(run: Run, look: Look) -> str:
    lines = [f"## {TOOL}\n", "\n", f"{'❌' if run.exit_code() else '✅'} {outcome(run)}\n"]
    size = sum(len(line.encode()) for line in lines)
    chunks = _chunks(run)
    for chunk in chunks:
        size += len(chunk.encode())
        if size > MOST_BYTES:
            left = 1 + sum(1 for _ in chunks)
            lines.append(
                f"\n… and {counted(left, 'entry') if left == 1 else f'{left:,} entries'} more, cut for size.\n"
            )
            break
        lines.append(chunk)
    return "".join(lines) if not look.quiet or len(lines) > 3 else ""


def _chunks(run: Run) -> Iterator[str]:
    """Pieces of whole lines, the most important first; the summary can end after any of them."""
    called = names(run)
    found = list(told(run))
    if run.kind != "gateway":  # its facts are of the wire, and go into the documents only
        yield from _listed("This run", (f"{_span(name)}: {_span(value)}\n" for name, value in run.facts.items()))
    yield from _listed("Could not be judged", _problems(run, called))
    yield from _listed("Not as declared", _differences(run, called))
    yield from _listed("Stale baseline entries", (f"{_span(entry)}\n" for entry in run.stale))
    new = [one for one in found if not one.finding.baselined]
    if new:
        yield from _table(new)
    if run.kind == "gateway":
        yield from _roll(run)
    by_rule: dict[str, list[Told]] = {}
    for one in new:
        by_rule.setdefault(one.verdict.rule, []).append(one)
    for rule in sorted(by_rule):
        verdict = by_rule[rule][0].verdict
        title = f"{_span(f'{verdict.rule} {verdict.slug}')} ({verdict.level})"
        yield from _listed(title, (_finding(one.finding, called[one.number]) for one in by_rule[rule]))
    known = len(found) - len(new)
    if known:
        yield f"\n{counted(known, 'finding')} known from the baseline.\n"


def _listed(title: str, entries: Iterable[str]) -> Iterator[str]:
    head = f"\n### {title}\n\n"
    for entry in entries:
        yield f"{head}- {entry}"
        head = ""


def _table(new: list[Told]) -> Iterator[str]:
    """How often each rule is broken; a table of this program's own words and numbers only."""
    sessions: dict[str, set[int]] = {}
    findings: dict[str, int] = {}
    words: dict[str, tuple[str, str]] = {}
    for one in new:
        rule = one.verdict.rule
        sessions.setdefault(rule, set()).add(one.number)
        findings[rule] = findings.get(rule, 0) + 1
        words[rule] = (one.verdict.slug, one.verdict.level)
    head = "\n| rule | | level | findings | sessions |\n| --- | --- | --- | ---: | ---: |\n"
    for rule in sorted(findings, key=lambda rule: (-findings[rule], rule)):
        slug, level = words[rule]
        cells = f"{_cell(rule)} | {_cell(slug)} | {level} | {findings[rule]:,} | {len(sessions[rule]):,}"
        yield f"{head}| {cells} |\n"
        head = ""


def _roll(run: Run) -> Iterator[str]:
    """Every check of a gateway, and how it did."""
    yield "\n| check | | level | status |\n| --- | --- | --- | --- |\n"
    for session in run.sessions:
        for verdict in session.verdicts:
            status = verdict.status.replace("_", " ")
            reason = f": {_span(verdict.reason)}".replace("|", "\\|") if verdict.reason else ""
            yield f"| {_cell(verdict.rule)} | {_cell(verdict.slug)} | {verdict.level} | {status}{reason} |\n"


def _problems(run: Run, called: tuple[str, ...]) -> Iterator[str]:
    for session, name in zip(run.sessions, called, strict=True):
        if session.problem is not None:
            hint = f"  \n  hint: {_span(session.problem.hint)}" if session.problem.hint else ""
            yield f"{_span(session.problem.at or name)}: {_span(session.problem.message)}{hint}\n"
        for verdict in session.verdicts:
            if verdict.status == "error":
                yield f"{_span(name)}: the check {_span(verdict.rule)} itself failed: {_span(verdict.reason)}\n"


def _differences(run: Run, called: tuple[str, ...]) -> Iterator[str]:
    for session, name in zip(run.sessions, called, strict=True):
        if unmet(session):
            yield f"{_span(name)}\n{''.join(_indented(session))}"


def _indented(session: SessionReport) -> Iterator[str]:
    for said in unmet(session):
        yield f"  - {_span(said)}\n"


def _finding(finding: Finding, name: str) -> str:
    where = at(finding.place) or name
    told = f"{_span(where)}{f' {finding.moment}' if finding.moment else ''}: {_span(finding.message)}\n"
    if finding.evidence:
        told += f"  - found {_span(finding.evidence)}\n"
    if finding.why:
        told += f"  - why {_span(finding.why)}\n"
    return f"{told}  - wanted {_span(finding.expected)}\n"


def _span(text: str) -> str:
    """A code span that the text cannot end: fenced by one backtick more than it holds in a row."""
    flat = one_line(text, _LONGEST) or "(empty)"
    fence = "`" * (1 + max(map(len, _TICKS.findall(flat)), default=0))
    pad = " " if flat[0] == "`" or flat[-1] == "`" else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _cell(text: str) -> str:
    """A rule's id or slug; anything but the letters these are made of would be a stranger in a table."""
    return re.sub("[^A-Za-z0-9]+", "-", text)[:60]


MARKDOWN = Writer(name="markdown", write=_write)
