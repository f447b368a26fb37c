"""Transcripts are read as written, and every fault in one is said with file, line and path."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentport_harness.core.errors import InputError
from agentport_harness.core.transcript import Act, HumanAct, Say, Together, UpstreamCheck
from agentport_harness.transcript_files import load_transcript, transcript_paths

HEAD = """\
format: agentport-transcript/1
title: A refund
integrations:
  stripe:
    create_refund: {mode: require_approval}
turns:
  - human: Refund it.
    agent:
"""
TAIL = "verdict: conforms\n"


def written(tmp_path: Path, steps: str, *, head: str = HEAD, tail: str = TAIL) -> Path:
    path = tmp_path / "refund.transcript.yaml"
    path.write_text(head + "".join(f"      {line}\n" for line in steps.splitlines()) + tail, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_transcript(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_text_and_call_of_one_step_are_one_answer_of_the_model(tmp_path: Path) -> None:
    path = written(tmp_path, "- {say: hello, call: stripe/create_refund, with: {charge: ch_1}, info: why}")

    (turn,) = load_transcript(path).turns

    (answer,) = turn.steps
    assert isinstance(answer, Together)
    said, call = answer.parts
    assert isinstance(said, Say)
    assert isinstance(call, Act)
    assert call.name == "agentport__call_tool"
    assert call.arguments == {
        "integration_id": "${stripe}",
        "tool_name": "create_refund",
        "arguments": {"charge": "ch_1"},
        "additional_info": "why",
    }


def test_a_call_without_info_carries_none(tmp_path: Path) -> None:
    (turn,) = load_transcript(written(tmp_path, "- call: stripe/create_refund")).turns

    (answer,) = turn.steps
    assert isinstance(answer, Together)
    (call,) = answer.parts
    assert isinstance(call, Act)
    assert isinstance(call.arguments, dict)
    assert "additional_info" not in call.arguments


def test_the_human_acts_between_answers_and_the_upstream_is_looked_at(tmp_path: Path) -> None:
    path = written(tmp_path, "- human: {denies: '${first.request_id}'}\n- upstream: {stripe/create_refund: 0}")

    (turn,) = load_transcript(path).turns

    act, check = turn.steps
    assert act == HumanAct(deed="denies", request_id="${first.request_id}", pointer="$.turns[0].agent[0].human")
    assert isinstance(check, UpstreamCheck)
    assert check.calls == 0


def test_the_verdict_names_exactly_the_rules_to_be_broken(tmp_path: Path) -> None:
    path = written(tmp_path, "- say: hello", tail="verdict: [AP101, AP104]\n")

    assert load_transcript(path).verdict == {"AP101", "AP104"}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("- {shout: hello}", "got 'shout' - at `$.turns[0].agent[0]`"),
        ("- say: 7", "Expected string, got integer - at `$.turns[0].agent[0].say`"),
        ("- {say: hello, info: why}", "Expected 'say' alone, got 'info'"),
        ("- call: stripe/create_refunds", "Expected one of stripe/create_refund, got 'stripe/create_refunds'"),
        ("- {await: x, human: shrugs}", "Expected one of approves, always_allows, denies, got 'shrugs'"),
        ("- {await: x, human: {approves: a, denies: b}}", "Expected one of approves, always_allows, denies, says"),
        ("- {await: x, expect: {outcome: fine}}", "got 'fine' - at `$.turns[0].agent[0].expect.outcome`"),
        ("- together: [{human: approves}]", "Expected texts and calls only"),
        ("- upstream: {stripe/other: 1}", "Expected one of stripe/create_refund, got 'stripe/other'"),
        ("- {as: first}", "Expected one of say, together, human, upstream"),
    ],
)
def test_a_malformed_step_is_named_with_file_and_line(tmp_path: Path, steps: str, words: str) -> None:
    path = written(tmp_path, steps)

    text = refusal(path)

    assert words in text
    assert text.startswith(f"{path}:9: ")


def test_an_integration_to_sign_in_to_is_told_from_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "- say: hello", tail=TAIL + "sign_in: [stripe]\n")

    (integration,) = load_transcript(path).integrations

    assert integration.sign_in


def test_a_sign_in_to_an_integration_that_is_none_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "- say: hello", tail=TAIL + "sign_in: [strip]\n")

    assert "Expected one of stripe, got 'strip' - at `$.sign_in[0]`" in refusal(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("a: [", "not valid YAML"),
        ("format: agentport-transcript/2\n", "Expected"),
        ("title: x\ntitle: y\n", "'title' is given twice - at `$`"),
        ("[1, 2]\n", "Expected object, got array - at `$`"),
        ("1: x\n", "Expected a text as key"),
        ("- " * 3000 + "x\n", "nested too deep"),
    ],
)
def test_a_file_that_is_no_transcript_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.transcript.yaml"
    path.write_text(text, encoding="utf-8")

    assert words in refusal(path)


def test_aliases_of_aliases_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.transcript.yaml"
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path.write_text("\n".join(lines), encoding="utf-8")

    assert "too many values" in refusal(path)


def test_text_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.transcript.yaml"
    path.write_bytes(b"title: caf\xe9\n")

    assert "not UTF-8 text" in refusal(path)


def test_a_path_that_is_not_there_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        list(transcript_paths([str(tmp_path / "nothing")]))
    with pytest.raises(InputError, match=r"no \*\.transcript\.yaml below"):
        list(transcript_paths([str(tmp_path)]))


@pytest.mark.parametrize(
    ("steps", "outwaits"),
    [
        ("- call: stripe/create_refund", False),
        ('- {await: "${request_id}", human: approves}', False),
        ('- {await: "${request_id}", human: {approves: "${request_id}", after_polls: 1}}', True),
        ('- {await: "${request_id}", human: {says: One moment.}}', True),
        ('- {await: "${request_id}", repeat: while_pending}', True),
        ('- {await: "${request_id}", expect: still_pending}', True),
        ('- {await: "${request_id}", expect: expired}', False),
    ],
)
def test_a_transcript_tells_whether_a_wait_of_it_outlasts_the_gateways(
    tmp_path: Path, steps: str, outwaits: bool
) -> None:
    assert load_transcript(written(tmp_path, steps)).outwaits is outwaits
