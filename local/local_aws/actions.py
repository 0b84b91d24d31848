"""The registry's part of the CloudFormation API: requests and answers of its actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

from . import ministack_internals as ministack
from .registry import Logging, Registration, Registry, RegistryError, Request, Version

_PAGE = 100


def install(registry: Registry) -> None:
    actions = _Actions(registry)
    for name, action in (
        ("RegisterType", actions.register_type),
        ("DescribeTypeRegistration", actions.describe_type_registration),
        ("ListTypeRegistrations", actions.list_type_registrations),
        ("SetTypeDefaultVersion", actions.set_type_default_version),
        ("DescribeType", actions.describe_type),
        ("ListTypes", actions.list_types),
        ("ListTypeVersions", actions.list_type_versions),
        ("DeregisterType", actions.deregister_type),
    ):
        ministack.add_action(name, _answering(name, action))


def _answering(name: str, action: Callable[[Any], dict[str, Any]]) -> Callable[[Any], Any]:
    @wraps(action)
    def handle(params: Any) -> Any:
        try:
            return ministack.answer(name, _xml(action(params)))
        except RegistryError as error:
            return ministack.error(error.code, str(error))

    return handle


class _Actions:
    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def register_type(self, params: Any) -> dict[str, Any]:
        _of_kind_resource(params)
        role = _get(params, "LoggingConfig.LogRoleArn")
        group = _get(params, "LoggingConfig.LogGroupName")
        request = Request(
            type_name=_required(params, "TypeName"),
            package_url=_required(params, "SchemaHandlerPackage"),
            role_arn=_get(params, "ExecutionRoleArn") or None,
            logging=Logging(role, group) if role and group else None,
            client_token=_get(params, "ClientRequestToken") or None,
        )
        return {"RegistrationToken": self.registry.register(ministack.scope(), request).token}

    def describe_type_registration(self, params: Any) -> dict[str, Any]:
        found = self.registry.registration(ministack.scope(), _required(params, "RegistrationToken"))
        answer = {"ProgressStatus": found.status, "Description": found.description}
        if found.version:
            answer |= {"TypeArn": found.type_arn, "TypeVersionArn": found.version.arn}
        return answer

    def list_type_registrations(self, params: Any) -> dict[str, Any]:
        name, arn = _get(params, "TypeName"), _get(params, "TypeArn")
        status = _get(params, "RegistrationStatusFilter")

        def wanted(found: Registration) -> bool:
            return (
                (not name or found.type_name == name)
                and (not arn or found.type_arn == arn)
                and (not status or found.status == status)
            )

        tokens = [found.token for found in self.registry.registrations(ministack.scope()) if wanted(found)]
        return _page(params, "RegistrationTokenList", tokens)

    def set_type_default_version(self, params: Any) -> dict[str, Any]:
        version, exact = self._version(params)
        if not exact:
            raise RegistryError(
                "CFNRegistryException", "SetTypeDefaultVersion needs the version: its ARN or VersionId."
            )
        self.registry.set_default(version)
        return {}

    def describe_type(self, params: Any) -> dict[str, Any]:
        version, _ = self._version(params)
        found = self.registry.find(version.scope, version.type_name)
        schema = version.package.schema
        answer: dict[str, Any] = {
            "Arn": version.arn,
            "Type": "RESOURCE",
            "TypeName": version.type_name,
            "DefaultVersionId": found.default_id,
            "IsDefaultVersion": version.id == found.default_id,
            "Description": schema.document["description"],
            "Schema": version.package.schema_text,
            "ProvisioningType": schema.provisioning_type,
            "DeprecatedStatus": "DEPRECATED" if version.deprecated else "LIVE",
            "Visibility": "PRIVATE",
            "SourceUrl": schema.document.get("sourceUrl"),
            "DocumentationUrl": schema.document.get("documentationUrl"),
            "ExecutionRoleArn": version.role_arn,
            "LastUpdated": version.created,
            "TimeCreated": version.created,
            "IsActivated": False,
        }
        if version.logging:
            answer["LoggingConfig"] = {"LogRoleArn": version.logging.role_arn, "LogGroupName": version.logging.group}
        return answer

    def list_types(self, params: Any) -> dict[str, Any]:
        if _get(params, "Visibility") == "PUBLIC" or _get(params, "Filters.Category") in ("AWS_TYPES", "THIRD_PARTY"):
            raise RegistryError("CFNRegistryException", "Local AWS cannot list public types: only registered ones.")
        category = _get(params, "Filters.Category", "REGISTERED")
        kind = _get(params, "ProvisioningType")
        prefix = _get(params, "Filters.TypeNamePrefix")
        listed = []
        for found in self.registry.types(ministack.scope()):
            schema = found.default.package.schema
            if (
                category != "REGISTERED"
                or (kind and kind != schema.provisioning_type)
                or not found.name.startswith(prefix)
                or _get(params, "DeprecatedStatus", "LIVE") != "LIVE"
                or _get(params, "Type", "RESOURCE") != "RESOURCE"
            ):
                continue
            listed.append(
                {
                    "Type": "RESOURCE",
                    "TypeName": found.name,
                    "DefaultVersionId": found.default_id,
                    "TypeArn": found.arn,
                    "LastUpdated": found.default.created,
                    "Description": schema.document["description"],
                    "IsActivated": False,
                }
            )
        return _page(params, "TypeSummaries", listed)

    def list_type_versions(self, params: Any) -> dict[str, Any]:
        version, _ = self._version(params)
        found = self.registry.find(version.scope, version.type_name)
        deprecated = _get(params, "DeprecatedStatus", "LIVE") == "DEPRECATED"
        listed = [
            {
                "Type": "RESOURCE",
                "TypeName": found.name,
                "VersionId": each.id,
                "IsDefaultVersion": each.id == found.default_id,
                "Arn": each.arn,
                "TimeCreated": each.created,
                "Description": each.package.schema.document["description"],
            }
            for each in found.versions.values()
            if each.deprecated == deprecated
        ]
        return _page(params, "TypeVersionSummaries", listed)

    def deregister_type(self, params: Any) -> dict[str, Any]:
        version, exact = self._version(params)
        self.registry.deregister(version.scope, version.type_name, version.id if exact else None)
        return {}

    def _version(self, params: Any) -> tuple[Version, bool]:
        """The version that a request names by ARN or by name; the second value: whether it named a version at all."""
        version_id = _get(params, "VersionId") or None
        arn = _get(params, "Arn")
        if not arn:
            name = _required(params, "TypeName")
            if name.startswith("AWS::"):
                raise RegistryError("CFNRegistryException", f"Local AWS cannot describe {name}: only registered types.")
            _of_kind_resource(params)
            return self.registry.version(ministack.scope(), name, version_id), version_id is not None
        version, exact = self.registry.version_by_arn(ministack.scope(), arn)
        if version_id and not exact:
            return self.registry.version(version.scope, version.type_name, version_id), True
        return version, exact


def _get(params: Any, name: str, default: str = "") -> str:
    return ministack.parameter(params, name) or default


def _required(params: Any, name: str) -> str:
    value = _get(params, name)
    if not value:
        raise RegistryError("ValidationError", f"{name} is required.")
    return value


def _of_kind_resource(params: Any) -> None:
    kind = _get(params, "Type", "RESOURCE")
    if kind != "RESOURCE":
        raise RegistryError("CFNRegistryException", f"Local AWS has types of the kind RESOURCE only, not {kind}.")


def _page(params: Any, name: str, items: list[Any]) -> dict[str, Any]:
    size = int(_get(params, "MaxResults", str(_PAGE)))
    token = _get(params, "NextToken", "0")
    if not token.isdigit():
        raise RegistryError("ValidationError", "NextToken is not one that was given out.")
    start = int(token)
    answer: dict[str, Any] = {name: items[start : start + size]}
    if start + size < len(items):
        answer["NextToken"] = str(start + size)
    return answer


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(inner)}</{key}>" for key, inner in value.items() if inner is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(inner)}</member>" for inner in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value), quote=False)
