"""The registry package: what `cfn package` and `cfn submit` upload, and what the registry refuses about it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from referencing import Registry as Documents
from referencing import Resource

from . import paths
from .type_schema import TypeSchema

TYPE_NAME = re.compile(r"[a-zA-Z0-9]{2,64}::[a-zA-Z0-9]{2,64}::[a-zA-Z0-9]{2,64}")
RESERVED = ("alexa", "amzn", "amazon", "ask", "aws", "custom", "dev")
_METASCHEMA = Path(__file__).parent / "metaschema"
_LAMBDA_BYTES = 262_144_000


class PackageError(Exception):
    """The package cannot be registered; the text says why."""


@dataclass(frozen=True)
class Package:
    schema: TypeSchema
    schema_text: str
    code: bytes
    runtime: str
    entrypoint: str
    protocol: str


def name_problem(type_name: str) -> str | None:
    """Why no such type can be registered, or None."""
    if not TYPE_NAME.fullmatch(type_name):
        return (
            f"Type name {type_name!r} is malformed: Organization::Service::Resource, each of 2 to 64 letters or digits"
        )
    first = type_name.split("::")[0]
    if first.lower() in RESERVED:
        return f"Type name {type_name} is refused: the namespace {first} is reserved, use one of your own"
    return None


def read(content: bytes, type_name: str) -> Package:
    """Takes schema, settings and handler code out of a package for `type_name`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise PackageError(f"The package is not a zip file: {error}") from error
    for needed in ("schema.json", ".rpdk-config", "ResourceProvider.zip"):
        if needed not in names:
            raise PackageError(f"The package lacks {needed}; it holds: {', '.join(sorted(names)[:20])}")
    schema_text = archive.read("schema.json").decode("utf-8", "replace")
    settings = _json(archive.read(".rpdk-config").decode("utf-8", "replace"), ".rpdk-config")
    schema = _schema(schema_text)
    for source, name in (("schema.json", schema.name), (".rpdk-config", settings.get("typeName"))):
        if name != type_name:
            raise PackageError(f"{source} is of the type {name}, the request is for {type_name}")
    for key in ("language", "runtime", "entrypoint"):
        if not isinstance(settings.get(key), str):
            raise PackageError(f".rpdk-config lacks {key!r}")
    code = archive.read("ResourceProvider.zip")
    _check_code(code)
    inner = settings.get("settings")
    protocol = inner.get("protocolVersion") if isinstance(inner, dict) else None
    if protocol not in (None, "1.0.0", "2.0.0"):
        raise PackageError(f".rpdk-config has the protocolVersion {protocol!r}; 1.0.0 and 2.0.0 are known")
    return Package(schema, schema_text, code, settings["runtime"], settings["entrypoint"], protocol or "1.0.0")


def _json(text: str, source: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PackageError(f"{source} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise PackageError(f"{source} is not a JSON object")
    return document


def _check_code(code: bytes) -> None:
    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(code)).infolist())
    except zipfile.BadZipFile as error:
        raise PackageError(f"ResourceProvider.zip is not a zip file: {error}") from error
    if size > _LAMBDA_BYTES:
        raise PackageError(f"ResourceProvider.zip holds {size} bytes; Lambda takes {_LAMBDA_BYTES}")


@cache
def _meta_validator() -> Draft7Validator:
    documents = {path.name: json.loads(path.read_text("utf-8")) for path in _METASCHEMA.glob("*.json")}
    known = Documents().with_resources(
        [(document["$id"], Resource.from_contents(document)) for document in documents.values()]
    )
    return Draft7Validator(documents["provider.definition.schema.v1.json"], registry=known)


def _schema(text: str) -> TypeSchema:
    document = _json(text, "schema.json")
    error = best_match(_meta_validator().iter_errors(document))
    if error is not None:
        at = "/".join(str(step) for step in error.absolute_path)
        raise PackageError(f"The schema is invalid at #/{at}: {error.message[:500]}")
    problem = next(_schema_problems(TypeSchema(document)), None)
    if problem:
        raise PackageError(f"The schema is invalid: {problem}")
    return TypeSchema(document)


def _schema_problems(schema: TypeSchema) -> Any:
    """What the meta-schema cannot say."""
    document = schema.document
    if document.get("remote"):
        yield "the keyword remote is reserved"
    for pointer in sorted(_references(document)):
        # a list handler's input names the properties of the type that way
        local = pointer.removeprefix("resource-schema.json")
        if not local.startswith("#/") or not schema.deref({"$ref": local}):
            yield f"the reference {pointer} leads nowhere"
    for path in schema.primary:
        if path[0] not in schema.properties:
            yield f"primaryIdentifier names {paths.pointer(path)}, which is no property"
    for path in schema.conditional_create_only:
        if path in schema.create_only or path in schema.read_only:
            yield f"{paths.pointer(path)} is in conditionalCreateOnlyProperties and in another, conflicting list"
    tagging = document.get("tagging", {})
    if tagging.get("taggable", "tagging" in document):
        tag_path = paths.parse(tagging.get("tagProperty", "/properties/Tags"))
        if tag_path[0] not in schema.properties:
            yield f"tagging.tagProperty names {paths.pointer(tag_path)}, which is no property"
        if tagging.get("tagUpdatable", True) and not schema.handles("UPDATE"):
            yield "tagging.tagUpdatable is true and there is no update handler"


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()
