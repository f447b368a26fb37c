"""What happened can be looked up, all of it, and no secret with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON

_PREFIX = 12
"""Characters of a key that may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One call that was made: how it ended, and what its entry has to name."""

    how: str
    word: str
    integration_id: str
    request_id: str = ""
    decided: bool = False


@gateway_check(
    "GW603",
    level="MUST",
    needs=("decide", "mode", "probe", "log", "keys"),
    why="Who asks later what an agent did, and who let it, has the log and nothing else.",
    mend="Write one entry a call, in the transaction that asks; complete it with the outcome and the decision.",
)
async def audit(bench: Bench) -> AsyncIterator[Sighting]:
    """Every call has one complete log entry; no secret in it.

    Complete: who, what (the arguments), why (`additional_info`), the outcome, who decided, the times and the
    request's id. The secrets are the agent's key, also where the agent wrote it into an argument.
    """
    key = await bench.key(f"audited {bench.stand.unique()}")
    agent = await bench.agent(api_key=key.secret)
    calls: list[_Made] = []
    for how in ("allowed", "denied by policy", "approved", "denied by the human", "undecided"):
        modes: Mapping[str, str] = {"allowed": "allow", "denied by policy": "deny"}
        tool = await bench.tool(mode=modes.get(how, "require_approval"))  # type: ignore[arg-type]  # modes, all three
        word = bench.stand.unique()
        arguments: dict[str, JSON] = {"what": f"what {word}", "found": f"a key: {key.secret}"}
        if how in modes:
            await agent.call(tool, arguments, info=f"why {word}")
            calls.append(_Made(how=how, word=word, integration_id=tool.integration_id))
            continue
        asked = await agent.ask(tool, arguments, info=f"why {word}")
        if how != "undecided":
            await bench.decide(asked.request_id, "approves" if how == "approved" else "denies")
            await agent.result(asked.request_id)
        place = tool.integration_id
        calls.append(
            _Made(
                how=how, word=word, integration_id=place, request_id=asked.request_id, decided=how != "undecided"
            )
        )  # fmt: skip
    for call in calls:
        entries = await bench.adapter.log(integration_id=call.integration_id)
        written = [json.dumps(dict(entry), ensure_ascii=False) for entry in entries]
        yield sighted(
            len(entries) == 1,
            f"a call that was {call.how} does not have one log entry",
            expected="one entry",
            evidence=f"{len(entries)} entries",
        )
        if not entries:
            continue
        lacking = _lacking(call, entries[0], (key.id, key.secret[:_PREFIX]))
        yield sighted(
            not lacking,
            f"the log entry of a call that was {call.how} is not complete",
            expected="who, what, why, outcome, decider, times, request id",
            evidence=f"without {', '.join(lacking)}: {written[0]}",
        )
        yield sighted(
            not any(key.secret in one for one in written),
            f"the log entry of a call that was {call.how} shows the agent's key",
            expected="no secret",
            evidence="the key is among the arguments",
        )
    if not calls:
        raise NotReachedError("no call was made")


def _lacking(call: _Made, entry: Mapping[str, JSON], who: tuple[str, ...]) -> list[str]:
    """What an entry does not tell; fields are told by their content, as gateways name them in their own ways."""
    written = json.dumps(dict(entry), ensure_ascii=False)
    decided = any(value for name, value in entry.items() if name.startswith("decided"))
    found = {
        "who": any(one in written for one in who),
        "what": f"what {call.word}" in written,
        "why": f"why {call.word}" in written,
        "outcome": bool(entry.get("outcome")),
        "decider": decided or not call.decided,
        "times": bool(entry.get("created_at") or entry.get("timestamp")),
        "request id": call.request_id in written,
    }
    return [name for name, told in found.items() if not told]
