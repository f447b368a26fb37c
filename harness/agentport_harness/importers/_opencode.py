"""What opencode's exports and event streams have in common: parts, collected into steps."""

from __future__ import annotations

from agentport_harness.core.json_values import as_object, as_text
from agentport_harness.core.trace import Place
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, seconds, whole

_SAID_NOTHING = frozenset({
    "step-finish", "reasoning", "snapshot", "patch", "file", "agent", "subtask", "retry", "compaction",
})  # fmt: skip
_ABORTED = "Tool execution aborted"


class Steps:
    """Reads parts into an assembly, and keeps the results of a step until all its calls are made."""

    def __init__(self, to: Assembly) -> None:
        self.to = to
        self.held: list[tuple[Fields, Place]] = []

    def take(self, part: Fields, place: Place) -> None:
        """Read one part."""
        match part.get("type"):
            case "text" if not part.get("synthetic") and not part.get("ignored"):
                time = seconds(as_object(part.get("time")).get("start"))
                self.to.say(as_text(part.get("text")), self.to.place(place.line, f"{place.pointer}/text"), time)
            case "text":
                pass
            case "tool":
                state = as_object(part.get("state"))
                time = seconds(as_object(state.get("time")).get("start"))
                self.to.call(as_text(part.get("callID")), as_text(part.get("tool")), state.get("input"), place, time)
                self.held.append((part, place))
            case "step-start":
                self.finish()
                self.to.answered()
            case kind if as_text(kind) not in _SAID_NOTHING:
                self.to.unknown(as_text(kind), place.line)

    def finish(self) -> None:
        """The step is over: its results come back."""
        held, self.held = self.held, []
        for part, place in held:
            state = as_object(part.get("state"))
            status = state.get("status")
            if status not in ("completed", "error"):
                continue
            failed = status == "error"
            text = as_text(state.get("error" if failed else "output"))
            self.to.result(
                as_text(part.get("callID")),
                text,
                place,
                seconds(as_object(state.get("time")).get("end")),
                is_error=failed,
                exit_code=whole(as_object(state.get("metadata")).get("exit")),
                fault="cancelled" if failed and text.startswith(_ABORTED) else "",
            )
