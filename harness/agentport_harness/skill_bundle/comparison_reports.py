"""A comparison of two bundles as text for people, as JSON, and as Markdown for a step summary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from agentport_harness.core.safe_text import one_line
from agentport_harness.skill_bundle.comparison import Comparison, Cost, Teaching

FORMAT = "agentport-skills-diff/1"
_WIDTH = 300
_NONE = "\u2013"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def as_json(comparison: Comparison) -> str:
    """``agentport-skills-diff/1``."""
    document = {
        "format": FORMAT,
        "old": comparison.old,
        "new": comparison.new,
        "teaching": [
            {
                "change": one.change,
                "rule": one.rule,
                "slug": one.slug,
                "level": one.level,
                "skill": one.skill,
                "required": one.required,
                "before": list(one.before),
                "after": list(one.after),
            }
            for one in comparison.teachings
        ],
        "tokens": [{"path": one.path, "before": one.before, "after": one.after} for one in comparison.costs],
        "descriptions": [{"skill": one.skill, "before": one.before, "after": one.after} for one in comparison.triggers],
        "version": {
            "before": comparison.old_version,
            "after": comparison.new_version,
            "raised": not comparison.version_not_raised,
        },
        "files_changed": list(comparison.files_changed),
        "lost": [f"{one.rule} in {one.skill}" for one in comparison.lost],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_text(comparison: Comparison) -> str:
    """For a terminal."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    if not comparison.files_changed and not comparison.teachings:
        yield f"No difference between {comparison.old} and {comparison.new}."
        return
    for one in comparison.teachings:
        mark = "\u2717" if one in comparison.lost else " "
        yield f"{mark} {one.rule} {one.slug} ({one.level or 'unknown rule'}) {_changed(one)} in {one.skill}"
        for sign, only in (("-", _only(one.before, one.after)), ("+", _only(one.after, one.before))):
            yield from (f"      {sign} {one_line(quote, _WIDTH)}" for quote in only)
    for cost in comparison.costs:
        yield f"  {cost.path}: {_tokens(cost)}"
    for trigger in comparison.triggers:
        yield f"  description of {trigger.skill}:"
        yield f"      - {one_line(trigger.before, 1024)}"
        yield f"      + {one_line(trigger.after, 1024)}"
    yield f"  version: {_version(comparison)}"
    if comparison.lost:
        yield _verdict(comparison)


def as_markdown(comparison: Comparison) -> str:
    """For the summary of a pull request's job."""
    return "\n".join(_markdown(comparison)) + "\n"


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"## Skills: {_plain(comparison.old)} \u2192 {_plain(comparison.new)}"
    yield ""
    if not comparison.files_changed and not comparison.teachings:
        yield "No difference."
        return
    yield f"**{_verdict(comparison)}**" if comparison.lost else "Every MUST rule that was taught still is."
    if comparison.teachings:
        yield from ("", "| rule | level | skill | teaching | before | after |", "| --- | --- | --- | --- | --- | --- |")
        for one in comparison.teachings:
            was, now = (
                "<br>".join(_plain(quote) for quote in only) or _NONE
                for only in (_only(one.before, one.after), _only(one.after, one.before))
            )
            change = f"**{_changed(one)}**" if one in comparison.lost else _changed(one)
            level = one.level or "unknown"
            yield f"| {_plain(one.rule)} {one.slug} | {level} | {_plain(one.skill)} | {change} | {was} | {now} |"
    if comparison.costs:
        yield from ("", "| text | tokens |", "| --- | --- |")
        yield from (f"| {_plain(cost.path)} | {_tokens(cost)} |" for cost in comparison.costs)
    for trigger in comparison.triggers:
        yield from ("", f"Description of {_plain(trigger.skill)}, which decides when it is loaded:", "")
        yield f"- before: {_plain(trigger.before) or _NONE}"
        yield f"- after: {_plain(trigger.after) or _NONE}"
    yield from ("", f"Version: {_plain(_version(comparison))}")


def _plain(text: str) -> str:
    """The text with everything that Markdown would interpret taken literally."""
    return _SPECIAL.sub(r"\\\1", one_line(text, 1024))


def _changed(one: Teaching) -> str:
    return {"gained": "gained its teaching", "lost": "lost its teaching", "changed": "is taught in other words"}[
        one.change
    ]


def _only(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(quote for quote in one if quote not in other)


def _tokens(cost: Cost) -> str:
    if cost.before is None and cost.after is None:
        return "changed (no tokenizer to count with)"
    if cost.before is None:
        return f"new, {cost.after} tokens"
    if cost.after is None:
        return f"gone, was {cost.before} tokens"
    return f"{cost.before} \u2192 {cost.after} tokens ({cost.after - cost.before:+d})"


def _version(comparison: Comparison) -> str:
    if comparison.version_not_raised:
        return f"{comparison.new_version or 'none'}, not raised, so that no client offers the update"
    return f"{comparison.old_version or 'none'} \u2192 {comparison.new_version or 'none'}"


def _verdict(comparison: Comparison) -> str:
    told = ", ".join(f"{one.rule} in {one.skill}" for one in comparison.lost)
    number = len(comparison.lost)
    return f"{number} MUST rule{' loses its' if number == 1 else 's lose their'} teaching: {told}"
