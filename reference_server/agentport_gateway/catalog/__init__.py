"""The integrations this gateway knows by itself: one YAML file each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from agentport_gateway.domain.integrations import Integration


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Integrations by id."""

    integrations: Mapping[str, Integration]


def load_catalog(*, demo: bool = False) -> Catalog:
    """The catalogue that is shipped; with `demo` also the demonstration's scripted ones. Raises CatalogError."""
    from importlib.resources import files

    from agentport_gateway.catalog.definitions import from_definition
    from agentport_gateway.catalog.reading import CatalogError

    found: dict[str, Integration] = {}
    folders = [files(__name__), *([files(__name__) / "demo"] if demo else [])]
    for folder in folders:
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".yaml"):
                integration = from_definition(_read(entry))
                if integration.id in found:
                    raise CatalogError(f"{entry.name}:1: id: there is another integration called {integration.id}")
                found[integration.id] = integration
    return Catalog(integrations=found)


def demo_shop() -> dict[str, Any]:
    """The definition of the shop that only pretends, for an organisation that has nothing to try yet."""
    from importlib.resources import files

    return _read(files(__name__) / "demo" / "demo.yaml")


def _read(entry: Traversable) -> dict[str, Any]:
    from agentport_gateway.catalog.reading import read_definition

    return read_definition(entry.name, entry.read_text("utf-8"))
