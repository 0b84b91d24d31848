"""A resource type's schema: what it says about models, and how CloudFormation reads one against it."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from . import paths
from .paths import Path

Model = dict[str, Any]

#: what a model in an answer is not held to: it may be partial, and the tests of CloudFormation leave these out too
_NOT_FOR_ANSWERS = ("required", "dependencies", "propertyNames", "allOf", "anyOf", "oneOf")
#: keyword → what AWS's own validator of resource schemas says, with the limit and the length that was found
_LIMITS = {
    "maxItems": "expected maximum item count: {}, found: {}",
    "maxLength": "expected maxLength: {}, actual: {}",
    "maxProperties": "maximum size: [{}], found: [{}]",
    "minItems": "expected minimum item count: {}, found: {}",
    "minLength": "expected minLength: {}, actual: {}",
    "minProperties": "minimum size: [{}], found: [{}]",
    "uniqueItems": "array items are not unique",
}
_TYPE_NAMES = {
    bool: "Boolean",
    int: "Integer",
    float: "Number",
    str: "String",
    list: "JSONArray",
    dict: "JSONObject",
    type(None): "Null",
}


class TypeSchema:
    def __init__(self, document: Model) -> None:
        self.document = document
        self.name: str = document["typeName"]
        self.properties: Model = document["properties"]
        self.primary = self._paths("primaryIdentifier")
        self.read_only = self._paths("readOnlyProperties")
        self.write_only = self._paths("writeOnlyProperties")
        self.create_only = self._paths("createOnlyProperties")
        self.conditional_create_only = self._paths("conditionalCreateOnlyProperties")

    def _paths(self, keyword: str) -> list[Path]:
        return [paths.parse(pointer) for pointer in self.document.get(keyword, [])]

    # --- handlers -----------------------------------------------------------------------------------------------

    def handles(self, action: str) -> bool:
        return action.lower() in self.document.get("handlers", {})

    def timeout_minutes(self, action: str) -> int:
        return int(self.document.get("handlers", {}).get(action.lower(), {}).get("timeoutInMinutes", 120))

    @property
    def provisioning_type(self) -> str:
        if not all(self.handles(action) for action in ("CREATE", "READ", "DELETE")):
            return "NON_PROVISIONABLE"
        return "FULLY_MUTABLE" if self.handles("UPDATE") else "IMMUTABLE"

    # --- identifiers --------------------------------------------------------------------------------------------

    def identifier(self, model: Model | None) -> str | None:
        """The primary identifier as CloudFormation writes it: several values are joined by `|`."""
        parts = [paths.values(model or {}, path) for path in self.primary]
        if any(len(part) != 1 or part[0] in (None, "", False) for part in parts):
            return None
        return "|".join(str(part[0]) for part in parts)

    def identifier_model(self, physical_id: str) -> Model:
        """A model that holds nothing but the identifier: all that READ and DELETE may rely on."""
        values = physical_id.split("|") if len(self.primary) > 1 else [physical_id]
        model: Model = {}
        for path, value in zip(self.primary, values, strict=False):
            place = model
            for step in path[:-1]:
                place = place.setdefault(step, {})
            place[path[-1]] = value
        return self.typed(model)

    # --- values -------------------------------------------------------------------------------------------------

    def deref(self, node: Any) -> Model:
        for _ in range(32):
            if not isinstance(node, dict) or "$ref" not in node:
                break
            target: Any = self.document
            for step in node["$ref"].lstrip("#").strip("/").split("/"):
                target = target.get(step) if isinstance(target, dict) else None
            node = target
        return node if isinstance(node, dict) else {}

    def member(self, node: Model, key: str) -> Model:
        if key in node.get("properties", {}):
            return self.deref(node["properties"][key])
        for pattern, inner in node.get("patternProperties", {}).items():
            if re.search(pattern, key):
                return self.deref(inner)
        return {}

    def typed(self, model: Model) -> Model:
        """CloudFormation takes "true" for a boolean, "5" for a number, 5 for a string."""
        result: Model = self._typed(self.document, model)
        return result

    def _typed(self, node: Model, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._typed(self.member(node, key), inner) for key, inner in value.items()}
        if isinstance(value, list):
            items = self.deref(node.get("items", {}))
            return [self._typed(items, inner) for inner in value]
        wanted = node.get("type", [])
        for kind in [wanted] if isinstance(wanted, str) else wanted:
            done, result = _scalar(kind, value)
            if done:
                return result
        return value

    def same(self, one: Any, other: Any) -> bool:
        """Equal as far as the schema cares: types of scalars and order of unordered lists set aside."""
        a, b = self.typed(one), self.typed(other)
        return self._included(self.document, a, b) and self._included(self.document, b, a)

    def differing(self, among: list[Path], old: Model, new: Model) -> list[Path]:
        """The paths among these whose values differ."""
        old, new = self.typed(old), self.typed(new)
        return [path for path in among if not self._same_at(path, old, new)]

    def _same_at(self, path: Path, old: Model, new: Model) -> bool:
        node: Model = self.document
        for step in path:
            node = self.deref(node.get("items", {})) if step == "*" else self.member(node, step)
        a, b = paths.values(old, path), paths.values(new, path)
        return len(a) == len(b) and all(
            self._included(node, x, y) and self._included(node, y, x) for x, y in zip(a, b, strict=True)
        )

    def missing_from(self, requested: Model, answered: Model) -> list[str]:
        """The requested properties that an answer lacks or changes; what it adds is its own affair."""
        wanted = paths.without(requested, [*self.read_only, *self.write_only])
        return [
            key
            for key, value in wanted.items()
            if key not in answered or not self._included(self.member(self.document, key), value, answered[key])
        ]

    def _included(self, node: Model, part: Any, whole: Any) -> bool:
        if isinstance(part, dict) and isinstance(whole, dict):
            return all(
                key in whole and self._included(self.member(node, key), value, whole[key])
                for key, value in part.items()
            )
        if isinstance(part, list) and isinstance(whole, list):
            items = self.deref(node.get("items", {}))
            if len(part) != len(whole):
                return False
            if node.get("insertionOrder", True):
                return all(self._included(items, a, b) for a, b in zip(part, whole, strict=True))
            left = list(whole)
            for a in part:
                match = next((i for i, b in enumerate(left) if self._included(items, a, b)), None)
                if match is None:
                    return False
                del left[match]
            return True
        return (type(part) is type(whole) and bool(part == whole)) or _same_number(part, whole)

    # --- validation ---------------------------------------------------------------------------------------------

    @cached_property
    def _input_validator(self) -> Draft7Validator:
        return Draft7Validator(self.document)

    @cached_property
    def _answer_validator(self) -> Draft7Validator:
        return Draft7Validator(_relaxed(self.document))

    def problems_of_input(self, model: Model) -> list[str]:
        return _sentences(self._input_validator, model)

    def problems_of_answer(self, model: Any) -> list[str]:
        return _sentences(self._answer_validator, model)

    def problems_of_list_input(self, model: Model) -> list[str]:
        """Against the handlerSchema of LIST, whose references name the type's properties."""
        wanted = self.document["handlers"].get("list", {}).get("handlerSchema", {})
        type_schema = Resource.from_contents(self.document, default_specification=DRAFT7)
        known: Registry[Any] = Registry().with_resource("resource-schema.json", type_schema)
        return _sentences(Draft7Validator(wanted, registry=known), model)

    def read_only_in(self, model: Model) -> list[str]:
        return [paths.pointer(path) for path in self.read_only if paths.values(model, path)]


def _scalar(kind: str, value: Any) -> tuple[bool, Any]:
    if kind == "boolean":
        if isinstance(value, bool):
            return True, value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return True, value.lower() == "true"
    elif kind == "integer":
        if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value.strip()):
            return True, int(value)
    elif kind == "number":
        if isinstance(value, str):
            try:
                return True, json.loads(value)
            except ValueError:
                return False, value
    elif kind == "string":
        if isinstance(value, bool):
            return True, str(value).lower()
        if isinstance(value, int | float):
            return True, str(value)
    return False, value


def _same_number(one: Any, other: Any) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))
    return numbers and bool(one == other)


def _relaxed(node: Any, name: str = "") -> Any:
    """The schema without the keywords that an answer is not held to (but with properties of those names)."""
    if isinstance(node, dict):
        plain = name in ("properties", "patternProperties", "definitions")
        return {
            key: _relaxed(value, "" if plain else key)
            for key, value in node.items()
            if plain or key not in _NOT_FOR_ANSWERS
        }
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    return node


def _sentences(validator: Draft7Validator, model: Any) -> list[str]:
    found = sorted(validator.iter_errors(model), key=lambda error: [str(step) for step in error.absolute_path])
    return [sentence for error in found for sentence in _sentence(error)]


def _sentence(error: ValidationError) -> list[str]:
    """In CloudFormation's words, e.g. `#/S3AssetSources/0: required key [Key] not found`."""
    at = "#" + "".join(f"/{step}" for step in error.absolute_path)
    keyword, rule, value = str(error.validator), error.validator_value, error.instance
    if keyword == "required" and isinstance(rule, list):
        # jsonschema reports each missing key on its own
        key = next((key for key in rule if f"{key!r} is a required" in error.message), "?")
        return [f"{at}: required key [{key}] not found"]
    if keyword == "additionalProperties" and isinstance(value, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        patterns = error.schema.get("patternProperties", {}) if isinstance(error.schema, dict) else {}
        extra = [k for k in value if k not in known and not any(re.search(p, k) for p in patterns)]
        return [f"{at}: extraneous key [{key}] is not permitted" for key in extra]
    if keyword == "type":
        wanted = rule if isinstance(rule, str) else " or ".join(map(str, rule))  # type: ignore[arg-type]
        named = {"array": "JSONArray", "object": "JSONObject"}.get(wanted, wanted.capitalize())
        return [f"{at}: expected type: {named}, found: {_TYPE_NAMES.get(type(value), type(value).__name__)}"]
    if keyword == "enum":
        return [f"{at}: {value} is not a valid enum value"]
    if keyword == "anyOf":
        return [f"{at}: no subschema matched out of the total {len(rule)} subschemas"]  # type: ignore[arg-type]
    if keyword == "oneOf":
        return (
            [f"{at}: {error.message}"]
            if "more than one" in error.message
            else [f"{at}: 0 subschemas matched instead of one"]
        )
    if keyword in _LIMITS:
        return [f"{at}: {_LIMITS[keyword].format(rule, len(value))}"]  # type: ignore[arg-type]
    return [f"{at}: failed validation constraint for keyword [{keyword}]"]


def invalid_properties(logical_id: str, problems: list[str]) -> ValueError:
    """What a stack event says of a template's properties that the schema excludes."""
    return ValueError(f"Properties validation failed for resource {logical_id} with message: [{', '.join(problems)}]")
