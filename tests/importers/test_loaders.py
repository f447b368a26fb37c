"""Reading files: every way in which recordings lie around, and every way in which they are broken."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard
from judging import FIXTURES, read_all, read_one

from agentport_harness import records
from agentport_harness.core.errors import InputError

WHOLE = (FIXTURES / "codex" / "approved-0.135.jsonl").read_bytes()
LINES = WHOLE.splitlines(keepends=True)


def written(folder: Path, data: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "slug", "line", "words"),
    [
        (b"", "empty", None, "empty"),
        (b"\n \n", "empty", None, "empty"),
        (b"\x00\x01\x02binary", "not-text", 1, "binary"),
        (WHOLE.decode().encode("utf-16"), "not-text", 1, "UTF-16"),
        (b'{"a": "caf\xe9"}\n', "not-utf8", 1, "0xe9"),
        (b"hello\nworld\n", "not-json", None, "none of its lines"),
        (b"hello world\n", "not-json", 1, "'hello world'"),
        (b'"text"\n', "not-json", 1, "Expected an object"),
        (b"[" * 50000, "too-deep", 1, "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "bad-number", 1, "too long"),
        (b'{\n "a": 1,\n "b": [\n', "not-json", 4, "its end"),
        (b'{"type": "session_meta", "payl', "cut-off", 1, "cut off"),
        (b'{"some": "thing"}\n', "unknown-format", None, "codex-exec"),
    ],
)
def test_a_file_that_is_no_recording_is_a_named_problem_with_its_line(
    tmp_path: Path, data: bytes, slug: str, line: int | None, words: str
) -> None:
    path = written(tmp_path, data)
    traces, (problem,) = read_all(path)
    assert not traces
    assert (problem.path, problem.slug, problem.line, problem.severity) == (str(path), slug, line, "error")
    assert words in problem.message
    assert problem.hint
    assert str(problem).startswith(f"{path}:")


@pytest.mark.parametrize(
    ("garbage", "slug"),
    [
        (b'{"cut": "off\n', "not-json"),
        (b"Traceback (most recent call last):\n", "not-json"),
        (b"\xff\xfe\n", "not-utf8"),
        (b"17\n", "not-json"),
    ],
)
def test_garbage_in_the_middle_is_named_and_the_rest_is_read(tmp_path: Path, garbage: bytes, slug: str) -> None:
    traces, (problem,) = read_all(written(tmp_path, b"".join([*LINES[:5], garbage, *LINES[5:]])))
    assert (problem.slug, problem.line) == (slug, 6)
    assert [event.place.line for event in traces[0].events][:2] == [7, 9]


def test_garbage_in_the_first_line_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    for garbage in (b"oops\n", b"{oops,\n"):
        traces, (problem,) = read_all(written(tmp_path, garbage + WHOLE))
        assert (problem.slug, problem.line, len(traces)) == ("not-json", 1, 1)


def test_of_idle_lines_only_whole_ones_are_passed_over(tmp_path: Path) -> None:
    idle = b'{"timestamp":"x","type":"event_msg","payload":{"type":"token_count","info":null}}\n'
    unparsable = idle.replace(b"null", b"nu}}")
    torn = idle[:40] + idle
    traces, problems = read_all(written(tmp_path, WHOLE * 3 + idle + unparsable + torn))
    past = 3 * len(LINES)
    assert [(problem.slug, problem.line) for problem in problems] == [("not-json", past + 2), ("not-json", past + 3)]
    assert len(traces) == 1


def test_many_broken_lines_are_counted_not_listed(tmp_path: Path) -> None:
    traces, problems = read_all(written(tmp_path, WHOLE + b"oops\n" * 100))
    assert len(traces) == 1
    assert len(problems) == 21
    assert problems[-1].message == "80 further lines could not be read"


def test_a_file_of_nothing_but_garbage_is_given_up_early(tmp_path: Path) -> None:
    traces, (problem,) = read_all(written(tmp_path, b"oops\n" * 1000 + WHOLE))
    assert (traces, problem.slug) == ([], "not-json")


def test_a_cut_off_recording_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    traces, (problem,) = read_all(written(tmp_path, WHOLE[: len(WHOLE) // 2]))
    assert problem.slug == "cut-off"
    assert len(traces) == 1


def test_a_line_longer_than_memory_should_hold_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 10_000)
    for at, line in ((5, 6), (0, 1)):
        giant = b"".join([*LINES[:at], b'"' + b"x" * 3_000_000 + b'"\n', *LINES[at:]])
        traces, (problem,) = read_all(written(tmp_path, giant))
        assert (problem.slug, problem.line, len(traces)) == ("too-long", line, 1)


def test_a_document_larger_than_memory_should_hold_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LARGEST_DOCUMENT", 100)
    _, (problem,) = read_all(written(tmp_path, b"{\n" + b'"a": 1,\n' * 100 + b'"b": 2}'))
    assert problem.slug == "too-large"


def test_events_of_a_very_large_document_have_their_pointer_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (FIXTURES / "opencode" / "approved-1.18.33.json").read_bytes()
    line = next(number for number, line in enumerate(data.splitlines(), start=1) if b'"messages"' in line) + 1
    assert read_one(written(tmp_path, b"\n\n" + data, "a.json")).events[0].place.line == line + 2
    monkeypatch.setattr(records, "LARGEST_INDEXED", 100)
    place = read_one(written(tmp_path, data, "a.json")).events[0].place
    assert (place.line, place.pointer) == (None, "/messages/0")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.gz", gzip.compress(WHOLE)),
        ("a.jsonl.zst", zstandard.compress(WHOLE)),
        ("a.zst", zstandard.compress(WHOLE[:100]) + zstandard.compress(WHOLE[100:])),
        ("bom.jsonl", b"\xef\xbb\xbf" + WHOLE),
        ("blank-lines.jsonl", WHOLE.replace(b"\n", b"\n\n")),
        ("no-last-newline.jsonl", WHOLE.rstrip()),
        ("crlf.jsonl", WHOLE.replace(b"\n", b"\r\n")),
    ],
)
def test_compressed_files_and_harmless_oddities_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    assert len(read_one(written(tmp_path, data, name)).events) == 11


def test_a_cut_off_archive_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    data = gzip.compress(os.urandom(10).hex().encode() and WHOLE)
    traces, problems = read_all(written(tmp_path, data[: len(data) * 3 // 4], "a.jsonl.gz"))
    assert [problem.slug for problem in problems] == ["unreadable"]
    assert len(traces) == 1
    _, (cut,) = read_all(written(tmp_path, zstandard.compress(WHOLE)[:500], "a.jsonl.zst"))
    assert "cut off" in cut.message
    _, (broken,) = read_all(written(tmp_path, b"\x28\xb5\x2f\xfdnonsense", "a.jsonl.zst"))
    assert broken.slug == "unreadable"


def test_half_surrogates_and_not_a_number_are_read(tmp_path: Path) -> None:
    odd = WHOLE.replace(b"Checking AgentPort first.", b"half \\ud83d pair").replace(b'"rate_limits":null', b'"r":NaN')
    trace = read_one(written(tmp_path, odd))
    assert trace.events[1].text == "half ? pair"  # type: ignore[union-attr]


def test_folders_are_walked_by_name_and_foreign_files_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    written(tmp_path / "b", WHOLE, "2.jsonl")
    written(tmp_path, WHOLE, "c.jsonl.gz")
    written(tmp_path, b'{"name": "x"}', "package.json")
    written(tmp_path, b"# hi", "README.md")
    (tmp_path / "dangling.jsonl").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.jsonl")
    traces, problems = read_all(tmp_path)
    assert [trace.source for trace in traces] == [str(tmp_path / "c.jsonl.gz"), str(tmp_path / "b" / "2.jsonl")]
    assert [(problem.slug, problem.severity) for problem in problems] == [
        ("unreadable", "error"), ("unknown-format", "warning"), ("foreign-files", "warning"),
    ]  # fmt: skip


def test_a_folder_without_recordings_is_a_problem(tmp_path: Path) -> None:
    assert read_all(tmp_path)[1][0].slug == "empty-folder"
    written(tmp_path, b"# hi", "README.md")
    assert "none of its 1 files" in read_all(tmp_path)[1][0].message


def test_patterns_are_expanded_and_what_matches_nothing_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    written(tmp_path / "folder", WHOLE)
    written(tmp_path, WHOLE, "x.log")
    traces, problems = read_all(str(tmp_path / "*"))
    assert (len(traces), problems) == (2, [])
    assert read_all(str(tmp_path / "*.nothing"))[1][0].slug == "no-match"
    assert read_all(str(tmp_path / "nothing"))[1][0].slug == "no-such-file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_is_a_problem(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    path.chmod(0)
    assert read_all(path)[1][0].slug == "unreadable"


def test_what_the_system_refuses_to_open_is_a_problem_with_the_systems_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, WHOLE)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    (problem,) = read_all(path)[1]
    assert problem.message == "cannot be read: Permission denied"
    assert "permission" in problem.hint


def test_a_folder_that_may_not_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(folder: str) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", denied)
    (problem,) = read_all(tmp_path)[1]
    assert (problem.path, problem.slug) == (str(tmp_path), "unreadable")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (WHOLE, gzip.compress(WHOLE)):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(data))))
        assert read_one("-").source == "<stdin>"


def test_a_file_with_many_sessions_yields_each_and_one_bad_file_stops_none(tmp_path: Path) -> None:
    sessions = b"".join(WHOLE.replace(b"01a201da-6f52", f"01a201da-{number:04}".encode()) for number in range(3))
    written(tmp_path, sessions, "a.jsonl")
    written(tmp_path, b"\x00", "b.jsonl")
    written(tmp_path, WHOLE, "c.jsonl")
    traces, problems = read_all(tmp_path)
    assert len(traces) == 4
    assert len(problems) == 1


def test_a_format_that_is_named_is_not_guessed_and_a_wrong_name_lists_the_right_ones(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert read_one(path, "codex").events
    with pytest.raises(InputError, match="no such input format: 'codec'") as caught:
        read_all(path, "codec")
    assert "codex-exec" in caught.value.hint


def test_a_file_that_could_be_of_two_formats_is_not_guessed(tmp_path: Path) -> None:
    data = WHOLE + (FIXTURES / "codex-exec" / "approved-0.169.jsonl").read_bytes()
    traces, (problem,) = read_all(written(tmp_path, data))
    assert (traces, problem.slug) == ([], "ambiguous-format")
    assert "codex, codex-exec" in problem.message


def test_an_archive_that_is_none_or_holds_no_samples_is_a_problem(tmp_path: Path) -> None:
    assert read_all(written(tmp_path, b"nonsense", "a.eval"))[1][0].slug == "unreadable"
    with zipfile.ZipFile(tmp_path / "b.eval", "w") as archive:
        archive.writestr("header.json", "{}")
    assert read_all(tmp_path / "b.eval")[1][0].slug == "empty"


@pytest.mark.parametrize(
    ("text", "slug", "line"),
    [
        ("a: &x [1]\nb: *x\n", "not-yaml", 2),
        ("a: [1,\nb: }\n", "not-yaml", 2),
        ("a: " + "[" * 200, "too-deep", 1),
        ("a: \x85\x07", "not-text", 1),
        ("a: 1\n\n\ufffe", "not-yaml", 1),
        ("# nothing\n", "empty", None),
        ("1: 2001-01-01\n", "unknown-format", None),
    ],
)
def test_yaml_that_cannot_be_read_is_a_problem(tmp_path: Path, text: str, slug: str, line: int | None) -> None:
    (problem,) = read_all(written(tmp_path, text.encode(), "a.yaml"))[1]
    assert (problem.slug, problem.line) == (slug, line)


def test_yaml_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    (problem,) = read_all(written(tmp_path, b"a: 1\nb: caf\xe9\n", "a.yaml"))[1]
    assert (problem.slug, problem.line) == ("not-utf8", 2)
