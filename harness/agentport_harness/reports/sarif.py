"""SARIF 2.1.0: a result for every finding that is news, a notification for everything that could not be judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from agentport_harness import __version__
from agentport_harness.core.json_values import JSON
from agentport_harness.core.report import Problem, RuleText, Run
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Level, Verdict
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import TOOL, Told, names, told, unmet, where

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Level, str] = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
_UNMET = "unmet-expectation"


def _write(run: Run, _look: Look) -> str:
    rules = _rules(run)
    index = {rule: number for number, rule in enumerate(rules)}
    called = names(run)
    # a result is new or unchanged only against a baseline, and then every result has to say which
    compared = bool(run.stale) or any(one.finding.baselined for one in told(run))
    results = [_result(one, index[one.verdict.rule], called[one.number], compared=compared) for one in told(run)]
    for session, name in zip(run.sessions, called, strict=True):
        results += [_difference(said, session.source, name, index[_UNMET], compared) for said in unmet(session)]
    invocation: dict[str, JSON] = {
        "executionSuccessful": run.exit_code() in (0, 1),
        "exitCode": run.exit_code(),
        "toolExecutionNotifications": list(_notifications(run)),
        "toolConfigurationNotifications": [
            {"level": "error", "message": {"text": _text(f"stale baseline entry: {entry}")}} for entry in run.stale
        ],
    }
    driver: dict[str, JSON] = {"name": TOOL, "version": __version__, "rules": list(rules.values())}
    document: dict[str, JSON] = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": list(results),
            }
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _rules(run: Run) -> dict[str, JSON]:
    """Every rule that the run judged, by id, and the one for what transcripts expect where that is needed."""
    verdicts: dict[str, Verdict] = {}
    for session in run.sessions:
        for verdict in session.verdicts:
            verdicts.setdefault(verdict.rule, verdict)
    rules: dict[str, JSON] = {name: _rule(verdicts[name], run.texts.get(name)) for name in sorted(verdicts)}
    if any(unmet(session) for session in run.sessions):
        rules[_UNMET] = {
            "id": _UNMET,
            "shortDescription": {"text": "What a transcript declares and expects is what happens."},
            "defaultConfiguration": {"level": "error"},
        }
    return rules


def _rule(verdict: Verdict, words: RuleText | None) -> JSON:
    said = visible(verdict.slug).replace("-", " ")
    more = f"`agentport-conformance explain {visible(verdict.rule)}` tells more."
    rule: dict[str, JSON] = {
        "id": visible(verdict.rule),
        "name": visible(verdict.slug),
        "shortDescription": {"text": _text(f"{verdict.rule}: {said}")},
        "help": {"text": _text(more)},
        "defaultConfiguration": {"level": _LEVELS[verdict.level]},
        "properties": {"level": verdict.level, "tags": [verdict.level.lower()]},
    }
    if words is not None:
        rule["fullDescription"] = {"text": _text(words.text)}
        parts = [f"{verdict.level}: {words.text}", f"Why: {words.why}", f"How to mend: {words.mend}"]
        parts += [f"Taught in: {', '.join(words.taught)}", more] if words.taught else [more]
        rule["help"] = {"text": "\n\n".join(_text(part) for part in parts)}
    return rule


def _result(one: Told, rule: int, name: str, *, compared: bool) -> dict[str, JSON]:
    finding, verdict = one.finding, one.verdict
    parts = [finding.message]
    if finding.evidence:
        parts.append(f"Found: {one_line(finding.evidence, 300)}")
    if finding.expected:
        parts.append(f"Expected: {one_line(finding.expected, 300)}")
    result: dict[str, JSON] = {
        "ruleId": visible(verdict.rule),
        "ruleIndex": rule,
        "level": _LEVELS[verdict.level],
        "message": {"text": _text(". ".join(parts))},
        "locations": [_location(finding.place, f"{name}, {finding.moment}" if finding.moment else name)],
    }
    if finding.moment:
        result["properties"] = {"turn": finding.turn, "event": finding.event}
    if finding.fingerprint:
        result["partialFingerprints"] = {"agentportFinding/v1": visible(finding.fingerprint)}
    if compared:
        result["baselineState"] = "unchanged" if finding.baselined else "new"
    if finding.baselined:
        result["suppressions"] = [{"kind": "external", "justification": "named in the baseline"}]
    return result


def _difference(said: str, source: str, name: str, rule: int, compared: bool) -> dict[str, JSON]:
    result: dict[str, JSON] = {
        "ruleId": _UNMET,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": _text(said)},
        "locations": [_location(Place(path=source), name)],
    }
    return result | {"baselineState": "new"} if compared else result


def _location(place: Place, name: str) -> JSON:
    """In the file where it is known, and in the session in any case."""
    location: dict[str, JSON] = {"logicalLocations": [{"fullyQualifiedName": visible(name), "kind": "member"}]}
    if place.path and place.path != "<stdin>":
        physical: dict[str, JSON] = {"artifactLocation": {"uri": _uri(place.path)}}
        if place.line:
            physical["region"] = {"startLine": place.line}
        location["physicalLocation"] = physical
    return location


def _uri(path: str) -> str:
    """A relative path stays relative; the member of an archive is its fragment; a URL stays one."""
    file, hash_mark, member = path.partition("#")
    if "://" in file:
        return quote(path.encode("utf-8", "backslashreplace"), safe="/:?#[]@!$&'()*+,;=%~")
    uri = quote(_bytes(file.removeprefix("./")))
    if file.startswith("/"):
        uri = f"file:///{uri.lstrip('/')}"
    return f"{uri}#{quote(_bytes(member))}" if hash_mark else uri


def _bytes(path: str) -> bytes:
    """The bytes that the file system knows a path by; a stray surrogate that no file name holds is written out."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace")


def _notifications(run: Run) -> Iterator[JSON]:
    for session, name in zip(run.sessions, names(run), strict=True):
        if session.problem is not None:
            yield _unjudged(session.problem, session.source, name)
        for verdict in session.verdicts:
            if verdict.status == "error":
                yield {
                    "level": "error",
                    "associatedRule": {"id": visible(verdict.rule)},
                    "message": {"text": _text(f"the check itself failed: {verdict.reason}")},
                    "locations": [_location(Place(path=session.source), name)],
                }


def _unjudged(problem: Problem, source: str, name: str) -> JSON:
    hint = f" (hint: {problem.hint})" if problem.hint else ""
    return {
        "level": "error",
        "message": {"text": _text(f"{problem.message}{hint}")},
        "locations": [_location(where(problem, source), name)],
    }


def _text(text: str) -> str:
    """The text without SARIF's own syntax: placeholders stand in braces, links in brackets."""
    flat = visible(" ".join(text.split()))
    for special in "\\[]":
        flat = flat.replace(special, f"\\{special}")
    return flat.replace("{", "{{").replace("}", "}}")


SARIF = Writer(name="sarif", write=_write)
