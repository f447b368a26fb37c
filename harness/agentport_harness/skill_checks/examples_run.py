"""Examples work."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK407",
    level="MUST",
    needs_gateway=True,
    why="An example that fits its schema can still ask for what the gateway does not do.",
    mend="Try the call, and write down what works.",
)
def examples_run(material: Material) -> Iterator[Sight]:
    """Every example, run on an embedded gateway in the state that it presupposes, is carried out.

    Scripted tools stand in for those that the examples name. A human approves what has to be approved, an await gets
    the id of the call before it, and `ap` commands are carried out by what they mean. A browser sign-in that the
    embedded gateway does not offer counts as carried out when it says so.
    """
    for trial in (material.live.trials or ()) if material.live else ():
        if trial.refusal:
            yield Fault(
                path=trial.path,
                line=trial.line,
                message=f"the gateway refused {trial.call}: {trial.refusal}",
                expected="an example that the gateway carries out",
            )
        else:
            yield Sound()
