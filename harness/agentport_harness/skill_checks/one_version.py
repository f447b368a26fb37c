"""One version stands everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.reading import version_of


@skill_check(
    "SK602",
    level="MUST",
    why="Clients offer an update by the version in their own manifest: one left behind never reaches its users.",
    mend="Raise the version in every manifest and every skill at once.",
)
def one_version(material: Material) -> Iterator[Sight]:
    """Plugin manifests, digests and the skills' metadata state the same version, where they state one."""
    stated: list[tuple[str, int, object]] = [
        (manifest.shown, 0, version_of(manifest)) for manifest in material.bundle.manifests if manifest.fault is None
    ]
    if material.bundle.digests is not None and material.bundle.digests.fault is None:
        stated.append((material.bundle.digests.shown, 0, version_of(material.bundle.digests)))
    stated += [
        (skill.skill_file, skill.front.line("metadata"), skill.version)
        for skill in material.bundle.skills
        if skill.front and skill.version
    ]
    counted = Counter(str(version) for _, _, version in stated)
    usual = counted.most_common(1)[0][0] if counted else ""
    for path, line, version in stated:
        if str(version) == usual:
            yield Sound()
        else:
            yield Fault(
                path=path,
                line=line,
                message=f"states version {version}" if version else "states no version",
                expected=usual,
            )
