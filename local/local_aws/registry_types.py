"""AWS::CloudFormation::ResourceVersion and ResourceDefaultVersion: registering a type by a template."""

from __future__ import annotations

from typing import Any

from . import ministack_internals as ministack
from .registry import Logging, Registry, RegistryError, Request, Version
from .type_schema import invalid_properties

Properties = dict[str, Any]


def install(registry: Registry) -> None:
    versions, defaults = _Versions(registry), _Defaults(registry)
    create_only = ("TypeName", "SchemaHandlerPackage", "ExecutionRoleArn", "LoggingConfig")
    ministack.add_type(
        "AWS::CloudFormation::ResourceVersion",
        ministack.ResourceType(
            create=versions.create,
            update=versions.update,
            delete=versions.delete,
            replaces=lambda old, new: old != new,
            always_replaced=create_only,
            sent_back=False,
        ),
    )
    ministack.add_type(
        "AWS::CloudFormation::ResourceDefaultVersion",
        ministack.ResourceType(
            create=defaults.create,
            update=defaults.update,
            delete=defaults.delete,
            replaces=lambda _old, _new: False,
        ),
    )


class _Versions:
    """Every property is create-only: a change registers another version, and clean-up deregisters the old one."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Properties]:
        for name in ("TypeName", "SchemaHandlerPackage"):
            if not properties.get(name):
                raise invalid_properties(logical_id, [f"#: required key [{name}] not found"])
        logging = properties.get("LoggingConfig")
        request = Request(
            properties["TypeName"],
            properties["SchemaHandlerPackage"],
            properties.get("ExecutionRoleArn"),
            Logging(logging["LogRoleArn"], logging["LogGroupName"]) if logging else None,
        )
        registration = self.registry.register(ministack.scope(), request)
        if registration.version is None:
            raise ValueError(f"Registration of {request.type_name} failed: {registration.description}")
        return registration.version.arn, self._attributes(registration.version)

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        ministack.add_event(
            stack_name, logical_id, "AWS::CloudFormation::ResourceVersion", "UPDATE_IN_PROGRESS", ministack.NEW_RESOURCE
        )
        return self.create(logical_id, new, stack_name)

    def delete(self, physical_id: str, properties: Properties, logical_id: str) -> None:
        scope = ministack.scope()
        try:
            version, _ = self.registry.version_by_arn(scope, physical_id)
            self.registry.deregister(scope, version.type_name, version.id)
        except RegistryError as error:
            if error.code != "TypeNotFoundException":
                raise

    def _attributes(self, version: Version) -> Properties:
        found = self.registry.find(version.scope, version.type_name)
        return {
            "Arn": version.arn,
            "TypeArn": found.arn,
            "VersionId": version.id,
            "IsDefaultVersion": str(version.id == found.default_id).lower(),
            "ProvisioningType": version.package.schema.provisioning_type,
            "Visibility": "PRIVATE",
        }


class _Defaults:
    """Deleting one changes nothing: the type keeps the default version it has."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Properties]:
        scope = ministack.scope()
        arn, name, version_id = (properties.get(key) for key in ("TypeVersionArn", "TypeName", "VersionId"))
        if bool(arn) == bool(name and version_id):
            raise ValueError("ResourceDefaultVersion takes either TypeVersionArn, or TypeName and VersionId")
        if arn:
            version, exact = self.registry.version_by_arn(scope, str(arn))
            if not exact:
                raise ValueError(f"TypeVersionArn names no version: {arn}")
        else:
            version = self.registry.version(scope, str(name), str(version_id))
        self.registry.set_default(version)
        type_arn = self.registry.find(scope, version.type_name).arn
        return type_arn, {"Arn": type_arn}

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        return self.create(logical_id, new, stack_name)

    def delete(self, physical_id: str, properties: Properties, logical_id: str) -> None:
        return None
