"""Resource types of AWS that MiniStack lacks, from plug-ins.

A plug-in is a function under the entry-point group `local_aws.resource_types` of any installed distribution. It is
called once, with the endpoints of services by environment variable (`AWS_ENDPOINT_URL_S3`), and gives the types.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import ministack_internals as ministack
from . import paths
from .driver import HandlerFailure
from .template_types import attributes, only_set, validated
from .type_schema import Model, TypeSchema

GROUP = "local_aws.resource_types"
#: what the services of AWS answer → the error code of a handler; any other is GeneralServiceException
_CODES = {
    "ResourceNotFoundException": "NotFound",
    "ValidationException": "InvalidRequest",
    "AccessDeniedException": "AccessDenied",
    "ConflictException": "ResourceConflict",
    "ThrottlingException": "Throttling",
    "ServiceLimitExceededException": "ServiceLimitExceeded",
    "InternalServerException": "ServiceInternalError",
}


class NativeType(Protocol):
    """A type of AWS. Models are in the schema's types, and valid; an operation fails by HandlerFailure."""

    @property
    def document(self) -> Model:
        """The type's schema as the registry has it; the tags of a stack go to the property of `tagging`."""

    def create(self, model: Model) -> Model:
        """The whole model of what was made, read-only properties included."""

    def read(self, identifier: str) -> Model:
        """The whole model; NotFound if there is no such resource."""

    def update(self, identifier: str, old: Model, new: Model) -> Model:
        """The whole model afterwards. No create-only property differs."""

    def delete(self, identifier: str) -> None: ...


Plugin = Callable[[Mapping[str, str]], Iterable[NativeType]]


def install(endpoints: Mapping[str, str]) -> None:
    """Adds the types of every plug-in. A plug-in that cannot be loaded ends the start, by name."""
    for found in entry_points(group=GROUP):
        try:
            plugin: Plugin = found.load()
            types = list(plugin(endpoints))
        except Exception as error:
            raise SystemExit(f"The plug-in {found.name} ({found.value}) cannot be loaded: {error}") from error
        for type_ in types:
            _add(type_)


def client(service: str, endpoint: str) -> Any:
    """An SDK client in the account and the Region of the request that is being handled."""
    scope = ministack.scope()
    session = boto3.session.Session(
        aws_access_key_id=scope.account, aws_secret_access_key="local", region_name=scope.region
    )
    config = Config(retries={"total_max_attempts": 3}, proxies={}, read_timeout=30)
    return session.client(service, endpoint_url=endpoint, config=config)


def call(operation: Callable[..., Any], **arguments: Any) -> Model:
    """What the operation of a client answers; its errors as those of a handler."""
    try:
        answer: Model = operation(**arguments)
    except ClientError as error:
        code = _CODES.get(error.response["Error"]["Code"], "GeneralServiceException")
        raise HandlerFailure(code, error.response["Error"].get("Message", str(error)), str(uuid.uuid4())) from error
    except BotoCoreError as error:
        raise HandlerFailure("NetworkFailure", str(error), str(uuid.uuid4())) from error
    return answer


def _add(type_: NativeType) -> None:
    schema = TypeSchema(type_.document)
    in_templates = _InTemplates(type_, schema)
    tagging = type_.document.get("tagging", {}).get("tagProperty")
    ministack.add_type(
        schema.name,
        ministack.ResourceType(
            create=in_templates.create,
            update=in_templates.update,
            delete=in_templates.delete,
            replaces=lambda old, new: bool(schema.differing(schema.create_only, old, new)),
            import_keys=tuple(path[-1] for path in schema.primary),
            import_problem=in_templates.import_problem,
            import_resource=in_templates.import_resource,
            read=in_templates.read_for_drift,
            readable=frozenset(schema.properties) - {path[0] for path in schema.read_only},
            attributes=frozenset(path[0] for path in schema.read_only),
            always_replaced=tuple(path[0] for path in schema.create_only if len(path) == 1),
            sometimes_replaced=tuple(path[0] for path in schema.create_only if len(path) > 1),
            tags=paths.parse(tagging)[0] if tagging else None,
        ),
    )


class _InTemplates:
    """What CloudFormation's engine calls."""

    def __init__(self, type_: NativeType, schema: TypeSchema) -> None:
        self.type = type_
        self.schema = schema

    def create(self, logical_id: str, properties: Model, stack_name: str) -> tuple[str, Model]:
        return self.outcome(self.type.create(validated(self.schema, properties, logical_id)))

    def update(self, physical_id: str, old: Model, new: Model, stack_name: str, logical_id: str) -> tuple[str, Model]:
        desired = validated(self.schema, new, logical_id)
        return self.outcome(self.type.update(physical_id, self.schema.typed(old), desired))

    def delete(self, physical_id: str, properties: Model, logical_id: str) -> None:
        try:
            self.type.delete(physical_id)
        except HandlerFailure as failure:
            if failure.code != "NotFound":
                raise

    def read_for_drift(self, physical_id: str, expected: Model) -> Model | None:
        try:
            model = self.type.read(physical_id)
        except HandlerFailure as failure:
            if failure.code == "NotFound":
                return None
            raise
        return {key: only_set(expected.get(key), value) for key, value in model.items()}

    def import_problem(self, *values: str) -> str | None:
        identifier = "|".join(values)
        try:
            self.type.read(identifier)
        except HandlerFailure as failure:
            if failure.code != "NotFound":
                return str(failure)
            return f"Resource of type '{self.schema.name}' with identifier '{identifier}' was not found."
        return None

    def import_resource(self, identifier: dict[str, str]) -> tuple[str, Model]:
        return self.outcome(self.type.read("|".join(identifier[path[-1]] for path in self.schema.primary)))

    def outcome(self, model: Model) -> tuple[str, Model]:
        return self.schema.identifier(model) or "", attributes(self.schema, model)
