"""Lets cfn-lint check the properties and attributes of types whose schemas come with --registry-schemas.

cfn-lint 1.43 to 1.58 knows such a type by name, but looks for its schema only among those of AWS, so that it finds no
mistake in a resource of the type. Versions that find the schema by themselves are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER, ProviderSchemaManager

_of_aws = ProviderSchemaManager.get_resource_schemas_by_regions


def _of_everyone(
    self: ProviderSchemaManager, resource_type: str, regions: Sequence[str]
) -> Iterator[tuple[list[str], Any]]:
    found = list(_of_aws(self, resource_type, regions))
    registered = self._registry_schemas.get(resource_type)
    if not found and registered is not None:
        found = [(list(regions), registered)]
    yield from found


if hasattr(PROVIDER_SCHEMA_MANAGER, "_registry_schemas"):
    ProviderSchemaManager.get_resource_schemas_by_regions = _of_everyone  # type: ignore[method-assign]
