"""Checks a bundle of skills: reads it, looks at a gateway where that is needed, and reports like every other run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from agentport_harness.core.report import Run, SessionReport
from agentport_harness.runner.bindings import requirement_rules
from agentport_harness.runner.catalogue import rule_texts, skill_checks
from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.check import Material, SkillCheck, verdicts
from agentport_harness.skill_bundle.examples import examples
from agentport_harness.skill_bundle.live import Live
from agentport_harness.skill_bundle.reading import traceability_record
from agentport_harness.surfaces.names import PREFIX

ENCODING = "o200k_base"
"""The encoding in which budgets count."""
NO_GATEWAY = "no gateway was asked"
INPUT_FORMAT = "skills"


def check_skills(bundle: Bundle, checks: Sequence[SkillCheck], *, gateway: bool = True) -> Run:
    """What the checks say of a bundle. An embedded gateway is started when a check needs one and ``gateway`` allows.

    Raises `HarnessError` when the gateway does not start.
    """
    wanted = [check for check in checks if check.needs_gateway] if _is_about_the_gateway(bundle) else []
    live = _live(bundle) if wanted and gateway else None
    material = Material(
        bundle=bundle,
        rules=requirement_rules(),
        traceability=traceability_record(bundle),
        live=live,
        count_tokens=token_counter(),
    )
    found = verdicts(
        material,
        checks,
        skipped={check.id: NO_GATEWAY for check in wanted if live is None},
        catalogue=skill_checks(),
    )
    session = SessionReport(source=bundle.name, input_format=INPUT_FORMAT, verdicts=found)
    return Run(kind="skills", name=bundle.name, sessions=(session,), texts=rule_texts())


def _live(bundle: Bundle) -> Live:
    import anyio

    from agentport_harness.runner.skill_gateway import look_at_gateway

    return anyio.run(look_at_gateway, bundle)


def _is_about_the_gateway(bundle: Bundle) -> bool:
    texts = [text.text for skill in bundle.skills for text in skill.texts]
    return any(PREFIX in text for text in texts) or any(True for _ in examples(bundle))


@cache
def token_counter() -> Callable[[str], int] | None:
    """Counts the tokens of a text, None where the tokenizer is not installed."""
    try:
        from splintr import Tokenizer
    except ImportError:
        return None
    tokenizer = Tokenizer.from_pretrained(ENCODING)
    return lambda text: len(tokenizer.encode(text))
