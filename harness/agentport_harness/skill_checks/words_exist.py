"""Arguments and fields that a skill names are the gateway's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.examples import ApExample, ToolExample, examples
from agentport_harness.skill_bundle.prose import spans
from agentport_harness.surfaces.ap_flags import AP_WORDS
from agentport_harness.surfaces.names import PREFIX
from agentport_harness.surfaces.outcome_names import OUTCOME_NAMES

_WORD = re.compile(r"^[a-z][a-z0-9_-]*$")


@skill_check(
    "SK402",
    level="MUST",
    needs_gateway=True,
    why="A misspelt or renamed argument is refused, or worse, ignored.",
    mend="Use the gateway's word. A word of something else goes under `elsewhere` in traceability.yaml, with whose it "
    "is.",
)
def words_exist(material: Material) -> Iterator[Sight]:
    """Every word in a code span is an argument, field, value or outcome of the gateway, or a word of `ap`.

    Names that the examples use, the names of the skills, and the words listed under `elsewhere` are known too.
    """
    if material.live is None:
        return
    known = {*material.live.words, *material.live.tools, *OUTCOME_NAMES, *AP_WORDS, *_used(material)}
    known |= {skill.folder for skill in material.bundle.skills}
    known |= set(material.traceability.elsewhere if material.traceability else ())
    for skill in material.bundle.skills:
        for text in skill.texts:
            for span in spans(text.text):
                if not _WORD.match(span.text) or span.text.startswith(PREFIX):
                    continue
                if span.text in known:
                    yield Sound()
                else:
                    yield Fault(
                        path=text.shown,
                        line=span.line,
                        message=f"the gateway has no argument, field or outcome {span.text}",
                        expected="a word of the gateway's schemas, or one listed under `elsewhere`",
                        evidence=span.text,
                    )


def _used(material: Material) -> Iterator[str]:
    """Integrations, tools and arguments that the examples use."""
    for example in examples(material.bundle):
        match example:
            case ToolExample(arguments=dict() as arguments):
                yield from (value for value in arguments.values() if isinstance(value, str))
                inner = arguments.get("arguments")
                yield from inner if isinstance(inner, dict) else ()
            case ApExample(words=words):
                yield from words[2:]
