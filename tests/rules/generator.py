"""Random conforming sessions: what well-behaved agents, sound gateways and ordinary humans can do together.

A session is drawn from a `random.Random`, so that Hypothesis (`conforming`) and seeded scripts (`session`) draw from
one grammar. Each wish of the human becomes a thread, a list of steps; the threads of a turn are interleaved.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    HumanMessage,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)
from tests.rules.phrases import PHRASES, Phrases
from tests.rules.wires import NAMES, SERVICES, Answer, Ask, Request, Wire
from tests.rules.world import LANGUAGES, TASKS, Task

BASES = (
    "https://gw.example",
    "http://localhost:8000",
    "https://agents.acme.example:8443",
    "https://ap.example/agentport",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a thread does in an answer of the model: say, call, or both."""

    say: str = ""
    ask: Ask | None = None
    answer: Answer | None = None
    prompt: UrlPrompt | None = None
    heard: str = ""
    """What the human writes while the call runs."""
    before_answer: tuple[Event, ...] = ()
    actor: str = ""


@dataclass(kw_only=True)
class Thread:
    """A wish on its way: its steps, and what is to be reported of it at the turn's end."""

    steps: list[Step] = field(default_factory=list)
    report: str = ""
    again: tuple[Task, str] | None = None
    """The task, and what a human says who wants it asked for afresh."""
    alone: bool = False


class Author:
    """Writes one session."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.base = random.choice(BASES)
        self.language = random.choice(LANGUAGES)
        self.say: Phrases = PHRASES[self.language]
        self.live = random.random() < 0.3
        self.known: set[tuple[str, str]] = set()
        self.always: set[str] = set()
        self.connected = False
        self.events: list[Event] = []
        self.step = 0
        self.ids = 0
        naming = random.choice(NAMES)
        style = random.choice(("structured", "structured", "prose", "copy"))
        shell_tool = random.choice(("bash", "exec_command", "run_shell_command"))
        self.wires = [
            Wire(
                random=random,
                surface=surface,
                base=self.base,
                naming=naming,
                style=style,  # type: ignore[arg-type]
                shell_tool=shell_tool,
                argv=random.choice(("text", "text", "list", "words")),  # type: ignore[arg-type]
                http=random.choice(("tool", "curl")),  # type: ignore[arg-type]
            )
            for surface in random.choice((("meta",), ("meta",), ("direct",), ("shell",), ("rest",), ("meta", "shell")))
        ]

    # --- the session -----------------------------------------------------------------------------------------

    def write(self) -> Trace:
        random = self.random
        again: list[tuple[Task, str]] = []
        for number in range(random.choice((1, 1, 2, 2, 3))):
            if again and random.random() < 0.7:
                task, wish = again.pop()
                self.turn(wish, [self.task(task)])
                continue
            draw = random.random()
            if draw < 0.12 and not self.connected:
                self.connected = True
                again += self.turn(*self.connecting())
            elif draw < 0.18:
                self.turn(*self.missing())
            elif draw < 0.22 and number:
                self.human(self.say.thanks)
                self.agent(self.say.welcome)
            elif draw < 0.36 and self.wires[0].surface == "shell" and not number:
                self.turn(*self.logged_out())
                break
            else:
                tasks = [make(random) for make in random.sample(TASKS, random.choice((1, 1, 1, 2, 2, 3)))]
                threads = [self.task(task, alone=len(tasks) == 1) for task in tasks]
                again = self.turn("\n".join(task.words[self.language].ask for task in tasks), threads)
        return self.trace()

    def trace(self) -> Trace:
        direct = any(wire.surface == "direct" for wire in self.wires)
        return Trace(
            events=tuple(self.events),
            source="generated",
            input_format="agentport-trace/1",
            gateway_servers=frozenset({"agentport"}) if direct else frozenset(),
            known_tools=frozenset(
                self.wires[0].call(task, info="-").tool for task in (make(Random(0)) for make in TASKS)
            )
            if direct
            else frozenset(),
        )

    def turn(self, wish: str, threads: list[Thread]) -> list[tuple[Task, str]]:
        """One turn: the human's wish, the threads interleaved, and a report on all of them."""
        random = self.random
        self.human(wish)
        if random.random() < 0.3:
            self.noise()
        waiting = [list(thread.steps) for thread in threads]
        while running := [steps for steps in waiting if steps]:
            chosen = random.sample(running, random.randint(1, len(running)))
            chosen = [steps for steps in running if any(steps is other for other in chosen)]
            alone = next((steps for steps in chosen if steps[0].heard or steps[0].actor or not steps[0].ask), None)
            self.together([steps.pop(0) for steps in ([alone] if alone else chosen)])
        self.agent(" ".join(thread.report for thread in threads if thread.report))
        if random.random() < 0.2:
            self.events.append(TurnEnd())
        return [thread.again for thread in threads if thread.again]

    def together(self, steps: list[Step]) -> None:
        """One answer of the model: prompts of the client, texts, calls side by side, and their results."""
        random = self.random
        self.events += [step.prompt for step in steps if step.prompt]
        texts = [step.say for step in steps if step.say]
        actor = steps[0].actor
        self.step += 1
        if texts and random.random() < 0.5:
            texts = ["\n\n".join(texts)]
        said: list[Event] = [AgentMessage(text=text, step=self.step, actor=actor) for text in texts]
        called: list[Event] = []
        results: list[list[Event]] = []
        for step in steps:
            if step.ask is None or step.answer is None:
                continue
            self.ids += 1
            call_id = f"call_{self.ids}"
            called.append(
                ToolCall(
                    call_id=call_id,
                    tool=step.ask.tool,
                    server=step.ask.server,
                    arguments=step.ask.arguments,
                    step=self.step,
                    actor=step.actor,
                )
            )
            results.append([*step.before_answer, ToolResult(call_id=call_id, **step.answer)])
        self.events += [*said, *called] if random.random() < 0.85 else [*called, *said]
        self.events += [HumanMessage(text=step.heard) for step in steps if step.heard]
        random.shuffle(results)
        self.events += [event for group in results for event in group]
        if said and not called:
            self.noise()

    def human(self, text: str) -> None:
        self.events.append(HumanMessage(text=text))

    def agent(self, text: str) -> None:
        self.step += 1
        self.events.append(AgentMessage(text=text, step=self.step))

    def noise(self) -> None:
        """A call that has nothing to do with the gateway."""
        ask, answer = self.random.choice(
            (
                (Ask(tool="read_file", arguments={"path": "notes/today.md"}), {"text": "Nothing special."}),
                (Ask(tool="bash", arguments={"command": "git status --short"}), {"text": "", "exit_code": 0}),
                (Ask(tool="web_search", arguments={"query": "opening hours"}), {"text": "https://shop.example/hours"}),
            )
        )
        self.together([Step(ask=ask, answer=dict(answer), actor=self.random.choice(("", "", "helper")))])

    # --- what a human can wish -------------------------------------------------------------------------------

    def task(self, task: Task, *, alone: bool = True) -> Thread:
        """A call of an upstream tool, however it ends."""
        random = self.random
        wire = random.choice(self.wires)
        thread = Thread()
        self.read_schema(thread, wire, task)
        words = task.words[self.language]
        actor = random.choice(("", "", "", "", "worker"))
        fate = random.choice(
            (
                "allowed",
                "denied_by_policy",
                "upstream_failed",
                *("gated",) * 5,
                *(("client_refused",) * (random.random() < 0.3)),
            )
        )
        if task.tool in self.always and fate == "gated":
            fate = "allowed"
        info = words.info
        ask = wire.call(task, info=info)
        request = self.request()
        match fate:
            case "gated":
                self.gated(thread, wire, task, ask, request, actor=actor, alone=alone)
            case "allowed":
                thread.steps.append(
                    Step(ask=ask, answer=wire.executed(task), actor=actor, before_answer=self.ran(task))
                )
                thread.report = words.done
            case _:
                thread.steps.append(Step(ask=ask, answer=wire.answered(fate, request, task, waited=False), actor=actor))
                self.ended(thread, fate, task)
        return thread

    def gated(
        self, thread: Thread, wire: Wire, task: Task, ask: Ask, request: Request, *, actor: str, alone: bool
    ) -> None:
        """A call that waits for a human: share, wait, and what comes of it."""
        random = self.random
        words = task.words[self.language]
        final = random.choice(
            (
                *("executed",) * 4,
                "denied_by_human",
                "denied_by_human",
                "expired",
                "expired",
                "upstream_failed",
                "stopped",
            )
        )
        if final == "stopped" and not alone:
            final = "executed"
        decision = {"executed": "approve_once", "upstream_failed": "approve_once", "denied_by_human": "deny"}.get(
            final, ""
        )
        if decision == "approve_once" and random.random() < 0.2:
            decision = "allow_tool"
            self.always.add(task.tool)
        decided: tuple[Event, ...] = ()
        if self.live and decision:
            decided = (Decision(request_id=request.id, decision=decision),)  # type: ignore[arg-type]
        ran = self.ran(task) if final in {"executed", "upstream_failed"} else ()
        if wire.surface == "shell" and final in {"executed", "denied_by_human", "expired"} and random.random() < 0.3:
            whole = wire.call(task, info=words.info, waits=True)
            answer = wire.executed(task) if final == "executed" else wire.answered(final, request, task, waited=False)
            thread.steps.append(Step(ask=whole, answer=answer, before_answer=(*decided, *ran)))
            self.ended(thread, final, task)
            return
        if wire.surface == "meta" and random.random() < 0.08:
            # the line breaks before the gateway heard of the call
            thread.steps.append(Step(ask=ask, answer=wire.answered("transport", request, task, waited=False)))
        opening = "approval_required"
        if wire.surface == "shell" and random.random() < 0.3:
            ask, opening = wire.call(task, info=words.info, waits=True), "still_pending"
        thread.steps.append(Step(ask=ask, answer=wire.answered(opening, request, task, waited=False), actor=actor))
        share = self.share(task, request)
        prompt = None
        if random.random() < 0.08:
            share, prompt = "", UrlPrompt(url=request.url, message=share.replace(request.url, "").strip())
        answers: list[tuple[Answer, str]] = []
        for _ in range(random.choice((0, 0, 0, 1, 2, 3))):
            pending = random.choice(("still_pending", "still_pending", "client_timeout"))
            aside = self.say.aside if alone and random.random() < 0.1 else ""
            answers.append((wire.answered(pending, request, task, waited=True), aside))
        if final == "stopped":
            kind = random.choice(("still_pending", "cancelled"))
            answers.append((wire.answered(kind, request, task, waited=True), self.say.stop))
        elif wire.retry_runs and final in {"executed", "upstream_failed"}:
            answers.append((wire.answered("approved", request, task, waited=True), ""))
        elif final == "executed":
            answers.append((wire.executed(task), ""))
        else:
            answers.append((wire.answered(final, request, task, waited=True), ""))
        if share and random.random() < 0.2:
            thread.steps.append(Step(say=share, prompt=prompt))
            share, prompt = "", None
        for number, (answer, heard) in enumerate(answers):
            last = number == len(answers) - 1
            events = (*(decided if last else ()), *(ran if last and not wire.retry_runs else ()))
            thread.steps.append(
                Step(
                    say=share,
                    prompt=prompt,
                    ask=wire.wait(request),
                    answer=answer,
                    heard=heard,
                    before_answer=events,
                )
            )
            prompt = None
            share = self.say.aside_answer if heard else random.choice(("", self.say.waiting))
        if wire.retry_runs and final in {"executed", "upstream_failed"}:
            retry = wire.call(task, info=words.info)
            answer = wire.executed(task) if final == "executed" else wire.answered(final, request, task, waited=False)
            thread.steps.append(Step(ask=retry, answer=answer, before_answer=ran))
        self.ended(thread, final, task)

    def ended(self, thread: Thread, final: str, task: Task) -> None:
        """What is reported of an end, and what the human may say next."""
        words, say = task.words[self.language], self.say
        reports = {
            "executed": words.done,
            "denied_by_human": say.denied,
            "denied_by_policy": say.blocked,
            "expired": say.expired,
            "upstream_failed": say.failed,
            "client_refused": say.refused,
            "stopped": say.stopped,
        }
        thread.report = reports[final].format(what=words.what)
        if final == "denied_by_human":
            thread.again = (task, say.again_after_denial)
        elif final == "expired":
            thread.again = (task, say.again_after_expiry)

    def share(self, task: Task, request: Request) -> str:
        words = task.words[self.language]
        pattern = self.random.choice(self.say.share)
        link = self.random.choice(self.say.links).format(url=request.url)
        return pattern.format(what=words.what, why=words.why, url=link)

    def connecting(self) -> tuple[str, list[Thread]]:
        """The human wants an integration connected, by OAuth or with a token."""
        random, say = self.random, self.say
        wire = random.choice(self.wires)
        thread = Thread(report=say.connected)
        if random.random() < 0.5:
            thread.steps.append(self.listing(wire, "available"))
        if random.random() < 0.3:
            token = f"phx_{''.join(random.choices('abcdefghijkmnopqrstuvwxyz0123456789', k=32))}"
            document = {"installed": True, "connected": True, "integration_id": "posthog", "message": "Installed."}
            thread.steps.append(Step(ask=wire.install("posthog", token=token), answer=wire.looked(document)))
            thread.report = say.connected.replace("Linear", "PostHog")
            return say.connect_with_token.format(token=token), [thread]
        url = f"https://linear.example/oauth/authorize?client_id=ap&state={uuid.UUID(int=random.getrandbits(128))}"
        document = {
            "installed": True,
            "connected": False,
            "integration_id": "linear",
            "message": "Sign in to finish.",
            "authorization_url": url,
        }
        thread.steps.append(Step(ask=wire.install("linear"), answer=wire.looked(document)))
        share = say.connect_share.format(url=random.choice(say.links[:4]).format(url=url))
        for connected in (*(False,) * random.choice((0, 0, 1)), True):
            status = {"integration_id": "linear", "auth_method": "oauth", "connected": connected}
            ask = wire.look("status", integration="linear") if wire.surface != "rest" else wire.look("installed")
            thread.steps.append(Step(say=share, ask=ask, answer=wire.looked(status)))
            share = ""
        return say.connect, [thread]

    def missing(self) -> tuple[str, list[Thread]]:
        """The human wishes for a service that is not there."""
        wire = self.random.choice(self.wires)
        steps = [self.listing(wire, "installed"), self.listing(wire, "available")]
        service = self.random.choice(("Trello", "Discord", "Airtable"))
        report = self.say.missing.format(service=service)
        return self.say.missing_ask.format(service=service), [Thread(steps=steps, report=report)]

    def logged_out(self) -> tuple[str, list[Thread]]:
        """The ``ap`` command has no credential."""
        task = self.random.choice(TASKS)(self.random)
        wire = self.wires[0]
        answer = {"text": "Not logged in. Run `ap auth login`.", "exit_code": 1}
        step = Step(ask=wire.look("installed"), answer=answer)
        return task.words[self.language].ask, [Thread(steps=[step], report=self.say.not_logged_in)]

    # --- small parts -----------------------------------------------------------------------------------------

    def read_schema(self, thread: Thread, wire: Wire, task: Task) -> None:
        """The agent reads a tool's schema before its first call, where the surface does not show it anyway."""
        if wire.surface == "direct" or (task.integration, task.tool) in self.known:
            return
        self.known.add((task.integration, task.tool))
        say = self.random.choice(("", "", self.say.look))
        if self.random.random() < 0.3:
            thread.steps.append(self.listing(wire, "installed", say=say))
            say = ""
        tool = {"name": task.tool, "description": task.description, "inputSchema": task.schema}
        if wire.surface == "rest" or self.random.random() < 0.4:
            document: dict[str, Any] = {"integration_id": task.integration, "tools": [tool]}
            ask = wire.look("tools", integration=task.integration)
        else:
            approval = {"mode": "require_approval", "source": "default", "note": "A human decides."}
            document = {"integration_id": task.integration, "tool": tool, "approval": approval}
            ask = wire.look("describe", integration=task.integration, tool=task.tool)
        thread.steps.append(Step(say=say, ask=ask, answer=wire.looked(document)))

    def listing(self, wire: Wire, kind: str, *, say: str = "") -> Step:
        services = [{"integration_id": name, "id": name, "description": text} for name, text in SERVICES]
        if kind == "available":
            services += [{"id": "linear", "description": "Issues."}, {"id": "posthog", "description": "Analytics."}]
        return Step(say=say, ask=wire.look(kind), answer=wire.looked({"integrations": services}))

    def request(self) -> Request:
        request_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return Request(id=request_id, url=f"{self.base}/approve/{request_id}")

    def ran(self, task: Task) -> tuple[Event, ...]:
        if not self.live:
            return ()
        return (UpstreamCall(integration=task.integration, tool=task.tool, arguments=dict(task.arguments)),)


def session(random: Random) -> Trace:
    """One conforming session."""
    return Author(random).write()


def sessions(count: int, seed: int = 0) -> list[Trace]:
    """That many conforming sessions, the same for the same seed."""
    return [replace(session(Random(f"{seed}/{number}")), source=f"generated-{number}") for number in range(count)]


def conforming() -> st.SearchStrategy[Trace]:
    """Conforming sessions, for Hypothesis to draw and to shrink."""
    return st.randoms(use_true_random=False).map(session)
