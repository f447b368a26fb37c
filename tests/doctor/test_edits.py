"""An edit changes what it names and nothing else: values, comments, order and every other byte stay."""

from __future__ import annotations

import json
import re
import tomllib
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.setups.edits import Drop, EditError, Exclude, Include, Put, Rename, edited
from agentport_harness.setups.json_nodes import read_tree
from agentport_harness.setups.json_source import json_source
from agentport_harness.setups.mending import mended, read_source
from agentport_harness.setups.source import Key
from agentport_harness.setups.toml_source import toml_source

NAMES = st.sampled_from(["a", "b", "mcpServers", "agentport", "headers", "X-API-Key", 'with "quote', "ü"])
PLAIN = st.sampled_from([1, -2.5, True, None, "text", "// no comment", "/* nor this */", "a,b}]", "x\ny", ""])
_COMMENT = re.compile(r"//c\d+|/\*c\d+\*/")


class _Writer:
    """Writes a value as people do: with comments, blank lines and trailing commas here and there."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.comments = 0

    def gap(self, margin: str) -> str:
        kind = self.random.randint(0, 5)
        self.comments += kind in (3, 4)
        return {3: f" //c{self.comments}\n{margin}", 4: f" /*c{self.comments}*/ ", 5: f"\n{margin}"}.get(kind, " ")

    def value(self, value: Any, margin: str = "") -> str:
        if isinstance(value, dict):
            members = [f"{json.dumps(name)}:{self.gap(margin)}{self.value(held, margin + '  ')}"
                       for name, held in value.items()]  # fmt: skip
            return self.held("{", members, "}", margin)
        if isinstance(value, list):
            return self.held("[", [self.value(held, margin + "  ") for held in value], "]", margin)
        return json.dumps(value)

    def held(self, opens: str, members: list[str], closes: str, margin: str) -> str:
        inner = f"{margin}  "
        told = "".join(
            f"{self.gap(inner)}{member}{self.gap(inner) if self.random.random() < 0.5 else ''}"
            f"{',' if number < len(members) - 1 or self.random.random() < 0.5 else ''}"
            for number, member in enumerate(members)
        )
        return f"{opens}{told}{self.gap(margin)}{closes}"


VALUES = st.recursive(
    PLAIN, lambda held: st.lists(held, max_size=3) | st.dictionaries(NAMES, held, max_size=3), max_leaves=8
)


@st.composite
def documents(draw: Any) -> tuple[str, dict[str, Any]]:
    value = draw(st.dictionaries(NAMES, VALUES, max_size=4))
    return _Writer(draw(st.integers(0, 10_000))).value(value) + draw(st.sampled_from(["", "\n", " //c0"])), value


def _ways(value: Any, way: Key = ()) -> list[Key]:
    """The ways to every member of a table in the value."""
    found = []
    for name, held in value.items():
        found.append((*way, name))
        if isinstance(held, dict):
            found += _ways(held, (*way, name))
    return found


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _is_within(part: str, whole: str) -> bool:
    """Whether ``part`` is ``whole`` with some characters left out."""
    rest = iter(whole)
    return all(character in rest for character in part)


@given(documents(), VALUES, st.data())
def test_a_value_put_into_json_leaves_every_other_byte(
    document: tuple[str, Any], value: Any, data: st.DataObject
) -> None:
    text, before = document
    tables = [(), *(way for way in _ways(before) if isinstance(_at(before, way), dict))]
    key = (*data.draw(st.sampled_from(tables)), *data.draw(st.lists(NAMES, min_size=1, max_size=2)))
    edit = Put(key=key, value=value)
    try:
        wanted = edited(before, (edit,))
    except EditError:
        with pytest.raises(EditError):
            mended(text, "jsonc", (edit,))
        return

    after = mended(text, "jsonc", (edit,))

    assert json_source(after, "jsonc").value == wanted
    if _at(before, key) is ...:
        assert _is_within(_squeezed(text), _squeezed(after))
    else:
        node = _node(text, key)
        assert after.startswith(text[: node.start])
        assert after.endswith(text[node.end :])


@given(documents(), st.data())
def test_a_member_dropped_from_json_takes_no_comment_with_it_but_its_own(
    document: tuple[str, Any], data: st.DataObject
) -> None:
    text, before = document
    ways = _ways(before)
    if not ways:
        return
    key = data.draw(st.sampled_from(ways))
    own = _COMMENT.findall(text[slice(*_span(text, key))])

    after = mended(text, "jsonc", (Drop(key=key),))

    assert json_source(after, "jsonc").value == edited(before, (Drop(key=key),))
    assert _COMMENT.findall(after) == [comment for comment in _COMMENT.findall(text) if comment not in own]


@given(documents(), st.data())
def test_a_member_renamed_in_json_keeps_what_is_in_it(document: tuple[str, Any], data: st.DataObject) -> None:
    text, before = document
    ways = _ways(before)
    if not ways:
        return
    edit = Rename(key=data.draw(st.sampled_from(ways)), name="renamed")

    after = mended(text, "jsonc", (edit,))

    start, _ = _span(text, edit.key)
    length = len(read_name(text, start))
    assert after == f'{text[:start]}"renamed"{text[start + length :]}'


@given(documents(), st.data())
def test_a_text_is_included_in_a_list_and_excluded_again(document: tuple[str, Any], data: st.DataObject) -> None:
    text, before = document
    lists = [way for way in _ways(before) if isinstance(_at(before, way), list)]
    key = data.draw(st.sampled_from([*lists, ("list",)]))

    with_it = mended(text, "jsonc", (Include(key=key, text="one more"),))
    without = mended(with_it, "jsonc", (Exclude(key=key, text="one more"),))

    assert _COMMENT.findall(with_it) == _COMMENT.findall(without) == _COMMENT.findall(text)
    assert _at(json_source(with_it, "jsonc").value, key)[-1] == "one more"
    assert _at(json_source(without, "jsonc").value, key) == (_at(before, key) if key in lists else [])


def read_name(text: str, start: int) -> str:
    found = re.compile(r'"(?:[^"\\]|\\.)*"').match(text, start)
    assert found
    return found.group()


def _at(value: Any, key: Key) -> Any:
    for name in key:
        if not isinstance(value, dict) or name not in value:
            return ...
        value = value[name]
    return value


def _node(text: str, key: Key) -> Any:
    node = read_tree(text).root
    for name in key:
        node = node.members[node.names.index(name)]
    return node


def _span(text: str, key: Key) -> tuple[int, int]:
    table = _node(text, key[:-1])
    number = table.names.index(key[-1])
    return table.spans[number][0], table.members[number].end


PIECES = (
    "# a comment on its own\n",
    'model = "gpt-5.5"   # the one I like\n',
    "notify = [ 'a', # first\n  'b' ]\n",
    'prompt = """\n[mcp_servers.agentport]\nurl = "no"\n"""\n',
)
TABLES = (
    '[mcp_servers.agentport]  # the gateway\nurl = "https://h/mcp" # u\n# about the headers\n',
    '[mcp_servers.agentport.headers]\n"X-API-Key" = "k"  # mine\n',
    "[mcp_servers.other] # another\ncommand = 'other'\nargs = [\n  '-y', # yes\n]\n",
    "[profiles.\"a b\"]\nx = { y = 1, z = { w = 'q' } } # inline\n",
    '[[hooks]]\n# first\nname = "1"\n\n[[hooks]]\nname = "2"\n',
    "[tools]\nweb = true\n\n\n",
)


@given(
    st.lists(st.sampled_from(PIECES), max_size=4, unique=True),
    st.permutations(TABLES),
    st.integers(1, len(TABLES)),
    st.booleans(),
    st.data(),
)
def test_an_edit_of_toml_leaves_every_other_line(
    pieces: list[str], tables: list[str], number: int, windows: bool, data: st.DataObject
) -> None:
    text = "".join(pieces + tables[:number])
    text = text.replace("\n", "\r\n") if windows else text
    before = tomllib.loads(text.replace("\r\n", "\n"))
    table = data.draw(st.sampled_from([("mcp_servers", "agentport"), ("tools",), ("mcp_servers", "new")]))
    edit = data.draw(
        st.sampled_from(
            [
                Put(key=(*table, "tool_timeout_sec"), value=300),
                Put(key=(*table, "http_headers"), value={"X-API-Key": "k"}),
                Put(key=(*table, "http_headers", "X-API-Key"), value="k"),
                Include(key=(*table, "enabled_tools"), text="t"),
                Rename(key=("mcp_servers", "agentport", "headers"), name="http_headers"),
                Rename(key=("tools",), name="tools two"),
            ]
        )
    )
    try:
        wanted = edited(before, (edit,))
    except EditError:
        with pytest.raises(EditError):
            mended(text, "toml", (edit,))
        return

    after = mended(text, "toml", (edit,))

    assert toml_source(after).value == wanted
    if isinstance(edit, Rename):
        pairs = zip(text.splitlines(), after.splitlines(), strict=True)
        changed = [one for one, other in pairs if one != other]
        assert len(changed) == 1
    else:
        rest = iter(after.splitlines())
        assert all(line in rest for line in text.splitlines() if line)


def test_the_line_of_every_key_is_known_in_toml() -> None:
    text = PIECES[3] + TABLES[0] + TABLES[3] + TABLES[4]

    source = read_source(text, "toml")

    lines = text.splitlines()
    for key, line in source.lines.items():
        if key:
            assert key[-1] in lines[line - 1] or key[-1].isdigit(), key


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ('{"a": 1, "a": 2}', Put(key=("b",), value=1)),
        ('{"a": 1}', Rename(key=("b",), name="c")),
        ('{"a": 1}', Drop(key=("a", "b"))),
        ('{"a": 1}', Put(key=("a", "b"), value=1)),
        ('{"a": 1}', Include(key=("a",), text="b")),
        ('{"a": 1}', Exclude(key=("a",), text="b")),
        ('{"a": 1', Put(key=("b",), value=1)),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(text: str, edit: Any) -> None:
    if text.count('"a"') == 2:  # a name that stands there twice is left as it is
        assert mended(text, "jsonc", (edit,)) == '{"a": 1, "a": 2, "b": 1}'
        return
    with pytest.raises(EditError):
        mended(text, "jsonc", (edit,))


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a = 1\n", Rename(key=("b",), name="c")),
        ("a = 1\n", Drop(key=("a", "b"))),
        ("a = 1\n", Put(key=("a", "b"), value=1)),
        ("a = 1\n", Include(key=("a",), text="b")),
        ("a = \n", Put(key=("b",), value=1)),
    ],
)
def test_an_edit_that_does_not_fit_toml_is_refused(text: str, edit: Any) -> None:
    with pytest.raises(EditError):
        mended(text, "toml", (edit,))
