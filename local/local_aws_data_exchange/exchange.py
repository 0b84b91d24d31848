"""What the types have in common: the service, tags, moments."""

from __future__ import annotations

from typing import Any

from local_aws.native_types import call, client
from local_aws.type_schema import Model

TAGS = {
    "type": "array",
    "insertionOrder": False,
    "items": {
        "type": "object",
        "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}},
        "required": ["Key", "Value"],
        "additionalProperties": False,
    },
}


class Exchange:
    """The local Data Exchange at an endpoint."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self) -> Any:
        return client("dataexchange", self.endpoint)

    def change_tags(self, arn: str, old: Model, new: Model) -> None:
        before, after = tags_of(old), tags_of(new)
        gone = [key for key in before if key not in after]
        if gone:
            call(self.client().untag_resource, ResourceArn=arn, TagKeys=gone)
        if after and after != before:
            call(self.client().tag_resource, ResourceArn=arn, Tags=after)


def id_in(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def tags_of(model: Model) -> dict[str, str]:
    """The template's and the stack's tags, as the service takes them; those of aws: only AWS itself may set."""
    tags = {tag["Key"]: str(tag["Value"]) for tag in model.get("Tags") or []}
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def model_of(found: Model, members: tuple[str, ...], tags: dict[str, str] | None = None) -> Model:
    """These members of an answer as properties, and its tags unless others are given."""
    model: Model = {name: found[name] for name in members if found.get(name) is not None}
    for name in ("CreatedAt", "UpdatedAt"):
        # ISO 8601 with milliseconds, as the service writes it
        model[name] = found[name].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    shown = tags if tags is not None else found.get("Tags") or {}
    return {**model, "Tags": [{"Key": key, "Value": value} for key, value in shown.items()]}
