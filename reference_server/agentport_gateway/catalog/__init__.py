"""The integrations this gateway knows by itself: one YAML file each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentport_gateway.domain.integrations import Integration


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Integrations by id."""

    integrations: Mapping[str, Integration]


def load_catalog(*, demo: bool = False) -> Catalog:
    """The catalogue that is shipped; with `demo` also the demonstration's scripted ones. Raises CatalogError."""
    from importlib.resources import files

    from agentport_gateway.catalog.reading import CatalogError, read_integration

    found: dict[str, Integration] = {}
    folders = [files(__name__), *([files(__name__) / "demo"] if demo else [])]
    for folder in folders:
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".yaml"):
                integration = read_integration(entry.name, entry.read_text("utf-8"))
                if integration.id in found:
                    raise CatalogError(f"{entry.name}:1: id: there is another integration called {integration.id}")
                found[integration.id] = integration
    return Catalog(integrations=found)
