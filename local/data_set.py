"""AWS::DataExchange::DataSet, CloudFormation's native type, on the local Data Exchange."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import ministack_internals as ministack
from .driver import HandlerFailure
from .type_schema import TypeSchema

NAME = "AWS::DataExchange::DataSet"
SCHEMA = TypeSchema(
    {
        "typeName": NAME,
        "properties": {
            "Name": {"type": "string", "minLength": 1, "maxLength": 256},
            "Description": {"type": "string", "minLength": 1, "maxLength": 16384},
            "AssetType": {
                "type": "string",
                "enum": [
                    "S3_SNAPSHOT",
                    "REDSHIFT_DATA_SHARE",
                    "API_GATEWAY_API",
                    "S3_DATA_ACCESS",
                    "LAKE_FORMATION_DATA_PERMISSION",
                ],
            },
            "Tags": {
                "type": "array",
                "insertionOrder": False,
                "items": {
                    "type": "object",
                    "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}},
                    "required": ["Key", "Value"],
                    "additionalProperties": False,
                },
            },
            **{name: {"type": "string"} for name in ("Arn", "Id", "CreatedAt", "UpdatedAt", "Origin")},
        },
        "required": ["Name", "Description", "AssetType"],
        "additionalProperties": False,
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": ["/properties/AssetType"],
        "readOnlyProperties": [f"/properties/{name}" for name in ("Arn", "Id", "CreatedAt", "UpdatedAt", "Origin")],
    }
)
_CODES = {
    "ResourceNotFoundException": "NotFound",
    "ValidationException": "InvalidRequest",
    "AccessDeniedException": "AccessDenied",
    "ConflictException": "ResourceConflict",
    "ThrottlingException": "Throttling",
    "ServiceLimitExceededException": "ServiceLimitExceeded",
    "InternalServerException": "ServiceInternalError",
}

Properties = dict[str, Any]


def install(endpoint: str) -> None:
    data_set = _DataSet(endpoint)
    ministack.add_type(
        NAME,
        ministack.ResourceType(
            create=data_set.create,
            update=data_set.update,
            delete=data_set.delete,
            replaces=lambda old, new: bool(SCHEMA.differing(SCHEMA.create_only, old, new)),
            import_keys=("Arn",),
            import_problem=data_set.import_problem,
            import_resource=data_set.import_resource,
            read=data_set.read,
            readable=frozenset({"Name", "Description", "AssetType", "Tags"}),
            always_replaced=("AssetType",),
            tags="Tags",
        ),
    )


class _DataSet:
    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self) -> Any:
        scope = ministack.scope()
        session = boto3.session.Session(
            aws_access_key_id=scope.account, aws_secret_access_key="local", region_name=scope.region
        )
        config = Config(retries={"total_max_attempts": 3}, proxies={}, read_timeout=30)
        return session.client("dataexchange", endpoint_url=self.endpoint, config=config)

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Properties]:
        model = _validated(properties)
        found = _call(
            self.client().create_data_set,
            Name=model["Name"],
            Description=model["Description"],
            AssetType=model["AssetType"],
            Tags=_tags(model),
        )
        return found["Arn"], _attributes(found)

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        model, client = _validated(new), self.client()
        found = _call(
            client.update_data_set, DataSetId=_id(physical_id), Name=model["Name"], Description=model["Description"]
        )
        before, after = _tags(old), _tags(model)
        gone = [key for key in before if key not in after]
        if gone:
            _call(client.untag_resource, ResourceArn=physical_id, TagKeys=gone)
        if after != before and after:
            _call(client.tag_resource, ResourceArn=physical_id, Tags=after)
        return physical_id, _attributes(found)

    def delete(self, physical_id: str, properties: Properties, logical_id: str) -> None:
        try:
            _call(self.client().delete_data_set, DataSetId=_id(physical_id))
        except HandlerFailure as failure:
            if failure.code != "NotFound":
                raise

    def read(self, physical_id: str, expected: Properties) -> Properties | None:
        try:
            found = _call(self.client().get_data_set, DataSetId=_id(physical_id))
        except HandlerFailure as failure:
            if failure.code == "NotFound":
                return None
            raise
        tags = [{"Key": key, "Value": value} for key, value in (found.get("Tags") or {}).items()]
        return {**{key: found.get(key) for key in ("Name", "Description", "AssetType")}, "Tags": tags}

    def import_problem(self, arn: str) -> str | None:
        try:
            found = self.read(arn, {})
        except HandlerFailure as failure:
            return str(failure)
        return None if found else f"Resource of type '{NAME}' with identifier '{arn}' was not found."

    def import_resource(self, identifier: dict[str, str]) -> tuple[str, Properties]:
        arn = identifier["Arn"]
        return arn, _attributes(_call(self.client().get_data_set, DataSetId=_id(arn)))


def _validated(properties: Properties) -> Properties:
    model = SCHEMA.typed(properties)
    problems = SCHEMA.problems_of_input(model)
    if problems:
        raise HandlerFailure("InvalidRequest", f"Model validation failed ({'; '.join(problems)})", str(uuid.uuid4()))
    return model


def _call(operation: Any, **arguments: Any) -> Properties:
    try:
        answer: Properties = operation(**arguments)
    except ClientError as error:
        code = _CODES.get(error.response["Error"]["Code"], "GeneralServiceException")
        raise HandlerFailure(code, error.response["Error"].get("Message", str(error)), str(uuid.uuid4())) from error
    except BotoCoreError as error:
        raise HandlerFailure("NetworkFailure", str(error), str(uuid.uuid4())) from error
    return answer


def _id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _tags(properties: Properties) -> dict[str, str]:
    """The template's and the stack's tags; those that begin with aws: only AWS itself may set."""
    tags = {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or []}
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _attributes(found: Properties) -> Properties:
    attributes: Properties = {key: found[key] for key in ("Arn", "Id", "Origin") if key in found}
    for key in ("CreatedAt", "UpdatedAt"):
        if key in found:
            moment = found[key]
            attributes[key] = moment if isinstance(moment, str) else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return attributes
