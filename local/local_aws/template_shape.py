"""The form of a template: its sections, their members, and the arguments of functions. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

Template = dict[str, Any]

_SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
}
_PARAMETER_MEMBERS = {
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
}
_PARAMETER_TYPE = re.compile(
    r"String|Number|CommaDelimitedList|List<(String|Number|AWS::[\w:]+)>|AWS::[\w:]+(<(\w+|AWS::[\w:]+|List<[\w:]+>)>)?"
)
_RESOURCE_MEMBERS = {
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
}
_OUTPUT_MEMBERS = {"Condition", "Description", "Export", "Value"}
_POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
#: User Guide, DeletionPolicy
_WITH_SNAPSHOTS = {
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
}


class TemplateError(ValueError):
    """The template is refused; the text is the message of the ValidationError."""


def check_text(text: str) -> None:
    """What CloudFormation refuses about the YAML, before it is a template."""
    if text.lstrip().startswith("{"):
        return
    try:
        aliased = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))
    except yaml.YAMLError:
        # whoever parses it says what is wrong
        return
    if aliased:
        raise TemplateError("Template error: YAML aliases are not allowed in CloudFormation templates")


def check_sections(template: Template) -> None:
    """What holds before transforms are expanded, too."""
    if "Hooks" in template:
        raise TemplateError("Local AWS cannot run the section Hooks of a template (blue/green deployments).")
    unknown = [name for name in template if name not in _SECTIONS]
    if unknown:
        raise TemplateError(f"Invalid template property or properties [{', '.join(map(str, unknown))}]")
    if str(template.get("AWSTemplateFormatVersion", "2010-09-09")) != "2010-09-09":
        raise TemplateError("Template format error: unsupported value for AWSTemplateFormatVersion.")
    if not isinstance(template.get("Resources"), dict) or not template["Resources"]:
        raise TemplateError("Template format error: At least one Resources member must be defined.")


def check_shape(template: Template) -> None:
    """The members of each section, and the arguments of functions, in a template without transforms."""
    _check_nulls(template, "")
    for section, sentence in (
        ("Resources", "Resource name {} is non alphanumeric."),
        ("Parameters", "Parameter name {} is non alphanumeric."),
        ("Outputs", "Outputs name '{}' is non alphanumeric."),
    ):
        for name in _members(template, section):
            if not re.fullmatch("[a-zA-Z0-9]+", str(name)) and not str(name).startswith("Fn::"):
                raise TemplateError(f"Template format error: {sentence.format(name)}")
    for parameter in _members(template, "Parameters").values():
        _check_parameter(parameter)
    for mapping in _members(template, "Mappings").values():
        _check_mapping(mapping)
    for condition in _members(template, "Conditions").values():
        if not isinstance(condition, dict):
            raise TemplateError(
                "Template format error: Conditions can only be boolean operations on parameters and other conditions"
            )
    for logical_id, resource in template["Resources"].items():
        _check_resource(logical_id, resource)
    for output in _members(template, "Outputs").values():
        if not isinstance(output, dict) or "Value" not in output:
            raise TemplateError("Template format error: Every Outputs member must contain a Value object")
        unknown = [name for name in output if name not in _OUTPUT_MEMBERS]
        if unknown:
            raise TemplateError(f"Invalid output property or properties [{', '.join(map(str, unknown))}]")
    for section in ("Conditions", "Resources", "Outputs"):
        for node in objects(without_metadata(_members(template, section))):
            _check_functions(node)


def _members(template: Template, section: str) -> dict[str, Any]:
    members = template.get(section, {})
    if not isinstance(members, dict):
        raise TemplateError(f"Template format error: [/{section}] Every {section} member must be a map")
    return members


def _check_nulls(node: Any, path: str) -> None:
    if node is None:
        # the service was seen to write Type in place of Properties: [/Resources/MyEC2/Type/Monitoring]
        shown = re.sub("^(/Resources/[^/]+)/Properties/", r"\1/Type/", path)
        raise TemplateError(f"[{shown}] 'null' values are not allowed in templates")
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key != "Metadata":
            _check_nulls(child, f"{path}/{key}")


def _check_parameter(parameter: Any) -> None:
    if not isinstance(parameter, dict) or "Type" not in parameter:
        raise TemplateError("Template format error: Every Parameters object must contain a Type member.")
    if not _PARAMETER_TYPE.fullmatch(str(parameter["Type"])):
        raise TemplateError(f"Template format error: Unrecognized parameter type: {parameter['Type']}")
    unknown = [name for name in parameter if name not in _PARAMETER_MEMBERS]
    if unknown:
        raise TemplateError(f"Invalid template parameter property '{unknown[0]}'")


def _check_mapping(mapping: Any) -> None:
    if not isinstance(mapping, dict) or not all(isinstance(attributes, dict) for attributes in mapping.values()):
        raise TemplateError("Template format error: Every Mappings member must be a map")
    if any(isinstance(value, dict) for attributes in mapping.values() for value in attributes.values()):
        raise TemplateError("Template format error: Every Mappings attribute must be a String or a List.")


def _check_resource(logical_id: str, resource: Any) -> None:
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise TemplateError(
            f"Template format error: Every Resources object must contain a Type member; {logical_id} does not."
        )
    unknown = [name for name in resource if name not in _RESOURCE_MEMBERS]
    if unknown:
        raise TemplateError(f"Invalid template resource property '{unknown[0]}'")
    if not isinstance(resource.get("Properties", {}), dict):
        raise TemplateError(f"Template format error: [/Resources/{logical_id}/Properties] Properties must be a map")
    for name, values in _POLICIES.items():
        value = resource.get(name)
        if isinstance(value, str) and value not in values:
            raise TemplateError(
                f"Template format error: Unrecognized {name} {value} for the resource {logical_id}: "
                f"it is one of {', '.join(values)}."
            )
        if value == "Snapshot" and resource["Type"] not in _WITH_SNAPSHOTS:
            policy = "deletion policy" if name == "DeletionPolicy" else "update replace policy"
            raise TemplateError(f"Template error: resource type {resource['Type']} does not support {policy} Snapshot")
    if resource["Type"] == "AWS::CloudFormation::Stack":
        raise TemplateError(
            f"Local AWS cannot deploy nested stacks ({logical_id}): deploy that template as a stack of its own."
        )


# --- functions --------------------------------------------------------------------------------------------------


def _is_list(value: Any, least: int, most: int) -> bool:
    return isinstance(value, list) and least <= len(value) <= most


def _text_and(value: Any, *kinds: type) -> bool:
    return _is_list(value, 2, 2) and isinstance(value[0], str) and isinstance(value[1], (*kinds, dict))


_JUNCTION = "every {} object requires a list of at least 2 and at most 10 boolean parameters."
#: function → whether its argument has the right form, and the sentence if not; None: it is not looked at
_FUNCTIONS: dict[str, tuple[Callable[[Any], bool], str] | None] = {
    "Fn::And": (lambda value: _is_list(value, 2, 10), _JUNCTION.format("Fn::And")),
    "Fn::Base64": None,
    "Fn::Cidr": None,
    "Fn::Equals": (
        lambda value: _is_list(value, 2, 2),
        "every Fn::Equals object requires a list of 2 string parameters.",
    ),
    "Fn::FindInMap": (
        lambda value: _is_list(value, 3, 3),
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return "
        "value",
    ),
    "Fn::GetAZs": None,
    "Fn::GetAtt": None,
    "Fn::If": (
        lambda value: _is_list(value, 3, 3) and isinstance(value[0], str),
        "Fn::If requires a list argument with the first element being a condition",
    ),
    "Fn::ImportValue": None,
    "Fn::Join": (
        lambda value: _text_and(value, list),
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined "
        "or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
    ),
    "Fn::Length": None,
    "Fn::Not": (lambda value: _is_list(value, 1, 1), "every Fn::Not object requires one boolean parameter."),
    "Fn::Or": (lambda value: _is_list(value, 2, 10), _JUNCTION.format("Fn::Or")),
    "Fn::Select": (
        lambda value: _is_list(value, 2, 2) and isinstance(value[1], list | dict),
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    "Fn::Split": (
        lambda value: _text_and(value, str),
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a "
        "function that returns a string to be split.",
    ),
    "Fn::Sub": (
        lambda value: isinstance(value, str) or _text_and(value),
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, "
        "and an optional second argument to specify a mapping of values to replace in the string",
    ),
    "Fn::ToJsonString": None,
    "Fn::Transform": None,
    "Ref": (lambda value: isinstance(value, str), "every Ref object must have a single String value."),
}


def _check_functions(node: dict[str, Any]) -> None:
    for name, argument in node.items():
        if not isinstance(name, str) or not (name.startswith("Fn::") or node.keys() == {"Ref"}):
            continue
        if name not in _FUNCTIONS:
            supported = ", ".join(sorted(_FUNCTIONS.keys() - {"Ref"}))
            raise TemplateError(
                f"Template error: Encountered unsupported function: {name} Supported functions are: [{supported}]"
            )
        rule = _FUNCTIONS[name]
        if rule and not rule[0](argument):
            raise TemplateError(f"Template error: {rule[1]}")


# --- walking through a template ---------------------------------------------------------------------------------


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value, itself included."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from objects(inner)


def without_metadata(block: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in member.items() if key != "Metadata"} if isinstance(member, dict) else member
        for name, member in block.items()
    }
