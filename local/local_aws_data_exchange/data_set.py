"""AWS::DataExchange::DataSet."""

from __future__ import annotations

from local_aws.native_types import call
from local_aws.type_schema import Model

from .exchange import TAGS, Exchange, id_in, model_of, tags_of

_READ_ONLY = ("Arn", "Id", "CreatedAt", "UpdatedAt", "Origin")
_MEMBERS = ("Name", "Description", "AssetType", "Arn", "Id", "Origin")


_DOCUMENT: Model = {
    "typeName": "AWS::DataExchange::DataSet",
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
        "Tags": TAGS,
        **{name: {"type": "string"} for name in _READ_ONLY},
    },
    "required": ["Name", "Description", "AssetType"],
    "additionalProperties": False,
    "primaryIdentifier": ["/properties/Arn"],
    "createOnlyProperties": ["/properties/AssetType"],
    "readOnlyProperties": [f"/properties/{name}" for name in _READ_ONLY],
    "tagging": {"tagProperty": "/properties/Tags"},
}


class DataSet:
    document = _DOCUMENT

    def __init__(self, endpoint: str) -> None:
        self.exchange = Exchange(endpoint)

    def create(self, model: Model) -> Model:
        asked = {name: model[name] for name in ("Name", "Description", "AssetType")}
        return model_of(call(self.exchange.client().create_data_set, **asked, Tags=tags_of(model)), _MEMBERS)

    def read(self, identifier: str) -> Model:
        return model_of(call(self.exchange.client().get_data_set, DataSetId=id_in(identifier)), _MEMBERS)

    def update(self, identifier: str, old: Model, new: Model) -> Model:
        changed = {name: new[name] for name in ("Name", "Description")}
        found = call(self.exchange.client().update_data_set, DataSetId=id_in(identifier), **changed)
        self.exchange.change_tags(identifier, old, new)
        return model_of(found, _MEMBERS, tags_of(new))

    def delete(self, identifier: str) -> None:
        call(self.exchange.client().delete_data_set, DataSetId=id_in(identifier))
