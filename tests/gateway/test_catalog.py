"""A file of the catalogue that is wrong says where, and what was expected."""

from __future__ import annotations

import pytest

from agentport_gateway.catalog.definitions import from_definition
from agentport_gateway.catalog.reading import CatalogError, read_definition

GOOD = """\
id: shop
name: Shop
description: A shop.
kind: rest
base_url: https://shop.example
auth_methods: [token]
tools:
  - name: get_item
    description: Get an item.
    path: /items/{id}
    parameters:
      - {name: id, in: path}
      - {name: q, in: query}
"""


def test_a_good_file_is_read() -> None:
    found = from_definition(read_definition("shop.yaml", GOOD))
    assert (found.id, found.address, [tool.name for tool in found.tools]) == (
        "shop",
        "https://shop.example",
        ["get_item"],
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: rest", "kind: soap", "shop.yaml:4: kind: Input should be 'remote_mcp', 'rest' or 'scripted'"),
        (
            "base_url: https://shop.example\n",
            "",
            "shop.yaml:1: an integration of the kind rest needs base_url and tools",
        ),
        ("https://", "http://", "shop.yaml:5: base_url: String should match pattern"),
        ("auth_methods: [token]", "auth_methods: [magic]", "shop.yaml:6: auth_methods.0: Input should be 'token'"),
        ("in: query", "in: queue", "shop.yaml:13: tools.0.parameters.1.in: Input should be 'path', 'query'"),
        ("in: path", "in: query", "shop.yaml:8: tools.0: the path has ['id'], the parameters in the path are []"),
        ("    description: Get an item.\n", "", "shop.yaml:8: tools.0.description: Field required"),
        ("  - name: get_item", "  - nam: get_item", "shop.yaml:8: tools.0.name: Field required"),
        ("kind: rest", "kind: rest\ndoc_url: x", "shop.yaml:5: doc_url: Extra inputs are not permitted"),
        ("kind: rest", "kind: [", "this is not YAML"),
        (GOOD, "", "shop.yaml:1: Input should be a valid dictionary"),
        (GOOD, "- 1", "shop.yaml:1: Input should be a valid dictionary"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(old: str, new: str, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read_definition("shop.yaml", GOOD.replace(old, new, 1))
    assert said in str(caught.value)
    assert str(caught.value).startswith("shop.yaml:")
