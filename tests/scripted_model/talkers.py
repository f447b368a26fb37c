"""Miniature clients, one for each wire format: they keep a history, ask the model, and send results back."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import httpx2


@dataclass(frozen=True)
class Made:
    """A call of the model as the client read it."""

    call_id: str
    name: str
    arguments: Any


@dataclass
class Talker(ABC):
    """A client: ``tools`` are the names it offers; ``history`` is what it sends."""

    http: httpx2.AsyncClient
    tools: list[str]
    streams: bool = True
    history: list[Any] = field(default_factory=list)

    async def ask(self) -> tuple[list[str], list[Made]]:
        """The texts and calls of the model's next answer; both are kept in the history."""
        response = await self.http.post(self.path(), json=self.body())
        assert response.status_code == 200, response.text
        if not self.streams:
            return self.take(response.json())
        lines = [line for line in response.text.splitlines() if line.startswith("data: ") and line != "data: [DONE]"]
        return self.take(self.joined([json.loads(line.removeprefix("data: ")) for line in lines]))

    @abstractmethod
    def path(self) -> str:
        """Each format has its own."""

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """Each format has its own."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Each format has its own."""

    @abstractmethod
    def send_back(self, made: Made, text: str) -> None:
        """Each format has its own."""

    @abstractmethod
    def joined(self, events: list[Any]) -> Any:
        """Each format has its own."""

    @abstractmethod
    def take(self, document: Any) -> tuple[list[str], list[Made]]:
        """Each format has its own."""


class Responses(Talker):
    """OpenAI's Responses, as Codex sends it."""

    def path(self) -> str:
        return "/v1/responses"

    def body(self) -> dict[str, Any]:
        names = [{"type": "function", "name": name, "parameters": {}} for name in self.tools]
        tools = [{"type": "namespace", "name": "mcp__agentport", "tools": names}] if names else []
        return {"model": "m", "stream": self.streams, "input": self.history, "tools": tools}

    def say(self, text: str) -> None:
        content = [{"type": "input_text", "text": text}]
        self.history.append({"type": "message", "role": "user", "content": content})

    def send_back(self, made: Made, text: str) -> None:
        dressed = f"Wall time: 0.01 seconds\nOutput:\n{text}"
        self.history.append({"type": "function_call_output", "call_id": made.call_id, "output": dressed})

    def joined(self, events: list[Any]) -> Any:
        done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
        told = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
        assert told == "".join(item["content"][0]["text"] for item in done if item["type"] == "message")
        return {"output": done, "status": events[-1]["response"]["status"]}

    def take(self, document: Any) -> tuple[list[str], list[Made]]:
        assert document["status"] == "completed"
        self.history += document["output"]
        texts = [item["content"][0]["text"] for item in document["output"] if item["type"] == "message"]
        calls = [item for item in document["output"] if item["type"] != "message"]
        return texts, [
            Made(item["call_id"], item.get("name", item["type"]), item.get("input") or json.loads(item["arguments"]))
            if isinstance(item.get("arguments", ""), str)
            else Made(item["call_id"], item["type"], item["arguments"])
            for item in calls
        ]


class Chat(Talker):
    """OpenAI's Chat Completions, as opencode sends it."""

    def path(self) -> str:
        return "/v1/chat/completions"

    def body(self) -> dict[str, Any]:
        tools = [{"type": "function", "function": {"name": f"agentport_{name}"}} for name in self.tools]
        return {"model": "m", "stream": self.streams, "messages": self.history, "tools": tools}

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "content": text})

    def send_back(self, made: Made, text: str) -> None:
        self.history.append({"role": "tool", "tool_call_id": made.call_id, "content": text})

    def joined(self, events: list[Any]) -> Any:
        choices = [event["choices"][0] for event in events]
        return {"choices": [{"message": choices[0]["delta"], "finish_reason": choices[-1]["finish_reason"]}]}

    def take(self, document: Any) -> tuple[list[str], list[Made]]:
        (choice,) = document["choices"]
        message = choice["message"]
        self.history.append(message)
        calls = message.get("tool_calls", [])
        assert choice["finish_reason"] == ("tool_calls" if calls else "stop")
        made = [Made(one["id"], one["function"]["name"], json.loads(one["function"]["arguments"])) for one in calls]
        return [text for text in [message["content"]] if text], made


class Messages(Talker):
    """Anthropic's Messages, as Claude Code sends it."""

    def path(self) -> str:
        return "/v1/messages?beta=true"

    def body(self) -> dict[str, Any]:
        tools = [{"name": f"mcp__agentport__{name}", "input_schema": {}} for name in self.tools]
        return {"model": "m", "stream": self.streams, "messages": self.history, "tools": tools}

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "content": text})

    def send_back(self, made: Made, text: str) -> None:
        blocks = [{"type": "tool_result", "tool_use_id": made.call_id, "content": [{"type": "text", "text": text}]}]
        self.history.append({"role": "user", "content": blocks})

    def joined(self, events: list[Any]) -> Any:
        content: list[Any] = []
        for event in events:
            if event["type"] == "content_block_start":
                content.append(dict(event["content_block"]))
            elif event["type"] == "content_block_delta":
                delta, block = event["delta"], content[event["index"]]
                if delta["type"] == "text_delta":
                    block["text"] += delta["text"]
                else:
                    block["input"] = json.loads(delta["partial_json"])
        (ended,) = [event["delta"] for event in events if event["type"] == "message_delta"]
        assert events[-1]["type"] == "message_stop"
        return {"content": content, "stop_reason": ended["stop_reason"]}

    def take(self, document: Any) -> tuple[list[str], list[Made]]:
        content = document["content"]
        self.history.append({"role": "assistant", "content": content})
        made = [Made(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"]
        assert document["stop_reason"] == ("tool_use" if made else "end_turn")
        return [block["text"] for block in content if block["type"] == "text"], made


class Gemini(Talker):
    """Gemini's generateContent, as gemini-cli sends it: results carry no id."""

    def path(self) -> str:
        method = "streamGenerateContent?alt=sse" if self.streams else "generateContent"
        return f"/v1beta/models/gemini-2.5-flash:{method}"

    def body(self) -> dict[str, Any]:
        declared = [{"name": f"mcp_agentport_{name}"} for name in self.tools]
        return {"contents": self.history, "tools": [{"functionDeclarations": declared}]}

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "parts": [{"text": text}]})

    def send_back(self, made: Made, text: str) -> None:
        part = {"functionResponse": {"name": made.name, "response": {"output": text}}}
        self.history.append({"role": "user", "parts": [part]})

    def joined(self, events: list[Any]) -> Any:
        (only,) = events
        return only

    def take(self, document: Any) -> tuple[list[str], list[Made]]:
        content = document["candidates"][0]["content"]
        self.history.append(content)
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        texts = [part["text"] for part in content["parts"] if "text" in part]
        return texts, [Made(one["id"], one["name"], one["args"]) for one in calls]
