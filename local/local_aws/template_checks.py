"""What CloudFormation refuses about a template before it makes anything, and what local AWS cannot deploy. Pure.

The engine itself checks sizes, mappings, rules, parameter values and whether a type exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from .template_shape import Template, TemplateError, check_sections, check_shape, objects, without_metadata

_TRANSFORMS = {"AWS::Include", "AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"}
#: User Guide, dynamic references: the types with properties that take `ssm-secure`
_WITH_SECURE_STRINGS = {
    "AWS::DirectoryService::MicrosoftAD",
    "AWS::DirectoryService::SimpleAD",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::IAM::User",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::OpsWorks::App",
    "AWS::OpsWorks::Stack",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
}
_PSEUDO_PARAMETERS = {
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NoValue",
        "NotificationARNs",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
}


@dataclass(frozen=True)
class _Reference:
    """`attribute` is None for Ref and for a variable of Fn::Sub without a dot."""

    function: str
    name: str
    attribute: str | None = None


def check(template: Template, conditions: dict[str, bool] | None = None) -> None:
    """Raises TemplateError for the first thing that is wrong.

    With the values of the conditions, resources and branches that they exclude do not count.
    """
    check_sections(template)
    _check_transforms(template)
    if template.get("Transform"):
        # not expanded yet: its resources and references are not the final ones
        return
    check_shape(template)
    _check_secure_strings(template["Resources"])
    _check_conditions(template)
    _check_references(template, conditions)


def check_parameters(template: Template, given: list[str]) -> None:
    """The names of the parameters that a request gives against those of the template."""
    declared = template.get("Parameters") or {}
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, parameter in declared.items() if "Default" not in parameter and name not in given]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")


# --- transforms -------------------------------------------------------------------------------------------------------


def _check_transforms(template: Template) -> None:
    """The engine leaves a transform that it does not know where it is, and deploys the rest."""
    declared = template.get("Transform") or []
    names = [_transform_name(each) for each in (declared if isinstance(declared, list) else [declared])]
    names += [_transform_name(node["Fn::Transform"]) for node in objects(template) if "Fn::Transform" in node]
    for name in names:
        if name not in _TRANSFORMS:
            known = ", ".join(sorted(_TRANSFORMS))
            raise TemplateError(f"Local AWS cannot run the transform {name}: it has {known} only.")


def _transform_name(transform: Any) -> str:
    return str(transform.get("Name")) if isinstance(transform, dict) else str(transform)


# --- secure strings of Systems Manager --------------------------------------------------------------------------------


def _check_secure_strings(resources: dict[str, Any]) -> None:
    found = [
        f"{resource['Type']}/Properties/{path}"
        for resource in resources.values()
        if resource["Type"] not in _WITH_SECURE_STRINGS
        for path in _secure_strings(resource.get("Properties", {}), [])
    ]
    if found:
        raise TemplateError(f"SSM Secure reference is not supported in: [{','.join(found)}]")


def _secure_strings(node: Any, path: list[str]) -> Iterator[str]:
    """Where they are: the names of properties up to the first list or function."""
    if isinstance(node, str) and "{{resolve:ssm-secure:" in node:
        yield "/".join(path)
    for name, inner in node.items() if isinstance(node, dict) else ():
        yield from _secure_strings(inner, path if name.startswith("Fn::") else [*path, name])
    if isinstance(node, list):
        yield from ("/".join(path) for inner in node for _ in _secure_strings(inner, path))


# --- conditions -------------------------------------------------------------------------------------------------


def _check_conditions(template: Template) -> None:
    declared = template.get("Conditions") or {}
    used = {
        "Conditions": [node["Condition"] for node in objects(declared) if isinstance(node.get("Condition"), str)],
        "Resources": _conditions_in(template["Resources"]),
        "Outputs": _conditions_in(template.get("Outputs") or {}),
    }
    for block, names in used.items():
        for name in names:
            if name not in declared:
                raise TemplateError(
                    f"Template format error: Unresolved condition dependency {name} in the {block} block of the "
                    "template"
                )


def _conditions_in(block: dict[str, Any]) -> list[str]:
    """Those of the members themselves, and those that Fn::If names."""
    own = [member["Condition"] for member in block.values() if isinstance(member, dict) and "Condition" in member]
    own = [name for name in own if isinstance(name, str)]
    choices = [node["Fn::If"] for node in objects(without_metadata(block)) if "Fn::If" in node]
    named = [choice[0] for choice in choices if isinstance(choice, list) and choice and isinstance(choice[0], str)]
    return [*own, *named]


# --- references -------------------------------------------------------------------------------------------------


def _check_references(template: Template, conditions: dict[str, bool] | None) -> None:
    parameters = set(template.get("Parameters") or {}) | _PSEUDO_PARAMETERS
    in_conditions = [each.name for each in _references(template.get("Conditions") or {}, None)]
    unresolved = [name for name in in_conditions if name not in parameters]
    if unresolved:
        raise TemplateError(
            f"Template format error: Unresolved dependencies [{', '.join(unresolved)}]. "
            "Cannot reference resources in the Conditions block of the template"
        )
    resources = _active(template["Resources"], conditions)
    dependencies = {}
    for logical_id, resource in resources.items():
        references = list(_references(resource, conditions))
        _check_block("Resources", references, set(resources), parameters)
        named = _listed(resource.get("DependsOn"))
        undefined = [name for name in named if name not in template["Resources"]]
        if undefined:
            raise TemplateError(_unresolved("Resources", undefined))
        dependencies[logical_id] = [name for name in [*named, *(each.name for each in references)] if name in resources]
    for output in _active(template.get("Outputs") or {}, conditions).values():
        _check_block("Outputs", list(_references(output, conditions)), set(resources), parameters)
    try:
        TopologicalSorter(dependencies).prepare()
    except CycleError as error:
        cycle = ", ".join(sorted(set(error.args[1])))
        raise TemplateError(f"Circular dependency between resources: [{cycle}]") from error


def _check_block(block: str, references: list[_Reference], resources: set[str], parameters: set[str]) -> None:
    unresolved = []
    for each in references:
        if each.function == "Fn::GetAtt" and each.name not in resources:
            raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {each.name}")
        if each.attribute is not None and each.name not in resources:
            raise TemplateError(
                "Template error: instance of Fn::Sub references invalid resource attribute "
                f"{each.name}.{each.attribute}"
            )
        if each.name not in resources and each.name not in parameters:
            unresolved.append(each.name)
    if unresolved:
        raise TemplateError(_unresolved(block, unresolved))


def _unresolved(block: str, names: list[str]) -> str:
    return (
        f"Template format error: Unresolved resource dependencies [{', '.join(dict.fromkeys(names))}] "
        f"in the {block} block of the template"
    )


def _active(block: dict[str, Any], conditions: dict[str, bool] | None) -> dict[str, Any]:
    return {
        name: member
        for name, member in block.items()
        if conditions is None or not isinstance(member, dict) or conditions.get(member.get("Condition", ""), True)
    }


def _references(node: Any, conditions: dict[str, bool] | None) -> Iterator[_Reference]:
    """Every reference in a value; of Fn::If only the branch that its condition chooses."""
    if isinstance(node, list):
        for item in node:
            yield from _references(item, conditions)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            yield _Reference("Ref", value)
        elif key == "Fn::GetAtt":
            yield _get_att(value)
        elif key == "Fn::Sub":
            yield from _substitutions(value, conditions)
        elif key == "Fn::If" and conditions is not None and isinstance(value, list) and len(value) == 3:
            yield from _references(value[1] if conditions.get(str(value[0])) else value[2], conditions)
        else:
            yield from _references(value, conditions)


def _get_att(value: Any) -> _Reference:
    parts = value.split(".", 1) if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) < 2 or not all(parts[:2]) or not isinstance(parts[0], str):
        raise TemplateError(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
            "resource attribute"
        )
    return _Reference("Fn::GetAtt", parts[0], str(parts[1]))


def _substitutions(value: Any, conditions: dict[str, bool] | None) -> Iterator[_Reference]:
    text, given = value if isinstance(value, list) and len(value) == 2 and isinstance(value[1], dict) else (value, {})
    for variable in re.findall(r"\$\{([^!}][^}]*)\}", text if isinstance(text, str) else ""):
        if variable not in given:
            name, _, attribute = variable.strip().partition(".")
            yield _Reference("Fn::Sub", name, attribute or None)
    yield from _references(list(given.values()), conditions)


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
