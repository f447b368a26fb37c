"""A skill is cheap enough to be loaded."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, Unable, skill_check

TOKENS = 5000
"""What the Agent Skills specification recommends at most; a bundle may set itself less."""


@skill_check(
    "SK202",
    level="MUST",
    why="Each session that loads the skill pays for it, and has that much less room for its task.",
    mend="Cut what an agent gets right anyway; move what is needed rarely to references/.",
)
def token_budget(material: Material) -> Iterator[Sight]:
    """SKILL.md and each reference have fewer tokens than the bundle's budget, 5,000 where it sets none.

    Counted with the o200k_base encoding.
    """
    if material.count_tokens is None:
        yield Unable(reason="no tokenizer is installed: pip install splintr-rs")
        return
    for skill in material.bundle.skills:
        limit = material.budget(skill.folder, "tokens", TOKENS)
        for text in skill.texts:
            count = material.count_tokens(text.text)
            if count >= limit:
                yield Fault(
                    path=text.shown, message=f"{text.path} has {count:,} tokens", expected=f"fewer than {limit:,}"
                )
            else:
                yield Sound()
