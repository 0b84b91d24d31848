"""AWS::DataExchange::EventAction."""

from __future__ import annotations

from typing import Any

from local_aws.native_types import call
from local_aws.type_schema import Model

from .exchange import TAGS, Exchange, id_in, model_of, tags_of

_READ_ONLY = ("Arn", "EventActionId", "CreatedAt", "UpdatedAt")


def _object(required: list[str], **properties: Any) -> Model:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_DOCUMENT: Model = {
    "typeName": "AWS::DataExchange::EventAction",
    "properties": {
        "Action": _object(
            [],
            ExportRevisionToS3=_object(
                ["RevisionDestination"],
                RevisionDestination=_object(["Bucket"], Bucket={"type": "string"}, KeyPattern={"type": "string"}),
                Encryption=_object(
                    ["Type"],
                    Type={"type": "string", "enum": ["aws:kms", "AES256"]},
                    KmsKeyArn={"type": "string"},
                ),
            ),
        ),
        "Event": _object([], RevisionPublished=_object(["DataSetId"], DataSetId={"type": "string"})),
        "Tags": TAGS,
        **{name: {"type": "string"} for name in _READ_ONLY},
    },
    "required": ["Action", "Event"],
    "additionalProperties": False,
    "primaryIdentifier": ["/properties/Arn"],
    "createOnlyProperties": ["/properties/Event"],
    "readOnlyProperties": [f"/properties/{name}" for name in _READ_ONLY],
    "tagging": {"tagProperty": "/properties/Tags"},
}


class EventAction:
    """Exports each revision that is published in an entitled data set. `Ref` is its ARN; its id is EventActionId."""

    document = _DOCUMENT

    def __init__(self, endpoint: str) -> None:
        self.exchange = Exchange(endpoint)

    def create(self, model: Model) -> Model:
        asked = {"Action": model["Action"], "Event": model["Event"], "Tags": tags_of(model)}
        return _model(call(self.exchange.client().create_event_action, **asked))

    def read(self, identifier: str) -> Model:
        return _model(call(self.exchange.client().get_event_action, EventActionId=id_in(identifier)))

    def update(self, identifier: str, old: Model, new: Model) -> Model:
        client = self.exchange.client()
        found = call(client.update_event_action, EventActionId=id_in(identifier), Action=new["Action"])
        self.exchange.change_tags(identifier, old, new)
        return _model(found, tags_of(new))

    def delete(self, identifier: str) -> None:
        call(self.exchange.client().delete_event_action, EventActionId=id_in(identifier))


def _model(found: Model, tags: dict[str, str] | None = None) -> Model:
    return {**model_of(found, ("Arn", "Action", "Event"), tags), "EventActionId": found["Id"]}
