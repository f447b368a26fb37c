"""What an agent does to be able to act at all: finding tools, loading skills, keeping a list of its steps."""

from __future__ import annotations

import re

from agentport_harness.core.calls import Elsewhere
from agentport_harness.core.json_values import strings_in
from agentport_harness.core.session import Action

_NAMES = frozenset(
    {"toolsearch", "searchtools", "findtools", "skill", "activateskill", "useskill", "loadskill", "readskill"}
    | {"todowrite", "todoread", "writetodos", "updateplan", "taskcreate", "taskupdate"}
)
"""Tools of clients, in lower case and without punctuation."""
_READERS = frozenset({"read", "readfile", "readmanyfiles", "view", "viewfile", "openfile"})
_SKILL = re.compile(r"(?:^|[\\/ ])SKILL\.md\b|[\\/]skills[\\/][\w.-]+[\\/][\w.\\/-]*\.md\b")
_READS = re.compile(
    r"^\W*(?:(?:/\w+)*/?(?:ba|z|da)?sh['\",\s]+-l?c\W+)?(?:cat|head|tail|less|more|bat|nl|sed -n)\b[^<>|;&`$\n]*$"
)
"""A command that reads, and does nothing else."""
_LOOKS_UP_TOOLS = re.compile(r"\bALL_TOOLS\b")
_USES_A_TOOL = re.compile(r"\btools\s*[.\[]")
_LONGEST = 2_000


def prepares(action: Action) -> bool:
    """Whether an action touches nothing but the agent's own tools, skills and notes."""
    if not isinstance(action.meaning, Elsewhere):
        return False
    name = re.sub(r"[^a-z]", "", action.meaning.name.casefold())
    if name in _NAMES:
        return True
    texts = [action.meaning.command, *strings_in(action.call.arguments)]
    if any(len(text) > _LONGEST for text in texts):
        return False
    if name in _READERS:
        return any(_SKILL.search(text) for text in texts)
    if any(_READS.match(text) and _SKILL.search(text) for text in texts):
        return True
    return any(_LOOKS_UP_TOOLS.search(text) and not _USES_A_TOOL.search(text) for text in texts)
