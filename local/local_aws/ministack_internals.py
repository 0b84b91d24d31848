"""The only place that touches MiniStack's internals. They are no API: `check` says what broke when the version moves.

MiniStack's CloudFormation keeps plain tables of types and actions. This module adds entries to them, wraps the few
functions that decide something a table cannot, and offers what the rest of the extension needs in its own words.
"""

from __future__ import annotations

import contextvars
import inspect
import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs

from . import stack_requests, template_checks, template_shape
from .clients import Scope

VERSION = "1.5.33"
_CFN = "ministack.services.cloudformation"

logger = logging.getLogger("local_aws.ministack_internals")

_EVENT = (
    "stack_id",
    "stack_name",
    "logical_id",
    "resource_type",
    "status",
    "reason",
    "physical_id",
    "detailed_status",
)
#: every name relied on: module → name → the parameters it must have (None: not a function of ours to call)
_RELIED_ON: dict[str, dict[str, tuple[str, ...] | None]] = {
    _CFN: {
        "handle_request": ("method", "path", "headers", "body", "query_params"),
        "_change_sets": None,
        "_exports": None,
        "_stack_events": None,
        "_stacks": None,
        "_ACTION_HANDLERS": None,
    },
    f"{_CFN}.provisioners": {
        "_RESOURCE_HANDLERS": None,
        "_REPLACING_PROPERTIES": None,
        "_CONDITIONALLY_REPLACING_PROPERTIES": None,
        "_STACK_TAG_PROPERTY": None,
        "_replacing_change": ("resource_type", "old_props", "new_props"),
    },
    f"{_CFN}.stacks": {
        "_add_event": _EVENT,
        "_delete_resource": ("resource_type", "physical_id", "props", "stack_name", "logical_id"),
        "_delete_stack_async": ("stack_name", "stack_id", "retain_resources", "force"),
        "_replacing_change": ("resource_type", "old_props", "new_props"),
        "_resolve_stack_outputs": (
            "outputs_defs",
            "conditions",
            "resources",
            "param_values",
            "mappings",
            "stack_name",
            "stack_id",
        ),
        "_roll_back_operation": ("stack_name", "stack_id", "stack", "operation", "reason_override"),
        "_runs_on_worker_thread": ("resource_type",),
        "_sends_back_failed_update": ("resource_type",),
        "_update_keeping_seed": ("args",),
        "_with_dependencies": ("logical_ids", "res_defs", "remaining"),
        "CLIENT_REQUEST_TOKEN": None,
    },
    f"{_CFN}.engine": {
        "_RuleUnsupported": None,
        "_parse_template": ("template_body",),
        "_rule_account_records": ("parameter_type",),
        "_rule_attribute": ("parameter_type", "resource_id", "attribute"),
        "_unknown_attribute_message": ("res", "logical_id", "attr"),
    },
    f"{_CFN}.handlers": {
        "_add_event": _EVENT,
        "_capabilities_enforced": (),
        "_delete_stack_async": ("stack_name", "stack_id", "retain_resources", "force"),
        "_imported_export_names": ("stack", "stack_name"),
        "_resolve_parameters": ("template", "provided_params", "previous_params"),
        "_resolve_stack": ("stack_name",),
        "_roll_back_operation": ("stack_name", "stack_id", "stack", "operation", "reason_override"),
        "validate_template_support": ("template", "conditions", "params"),
    },
    f"{_CFN}.changesets": {
        "_add_event": _EVENT,
        "_IMPORT_LOOKUPS": None,
        "_find_change_set": ("cs_name", "stack_name"),
        "_resolve_parameters": ("template", "provided_params", "previous_params"),
        "validate_template_support": ("template", "conditions", "params"),
    },
    f"{_CFN}.drift": {"_DRIFT_READERS": None, "DRIFT_DETECTABLE_STATUSES": None},
    f"{_CFN}.helpers": {
        "_resolve_document": ("params", "body_key", "url_key", "label"),
        "_resolve_template": ("params",),
        "_xml": ("status", "root_tag", "inner"),
        "_error": ("code", "message", "status"),
        "_p": ("params", "key", "default"),
    },
    "ministack.core.concurrency": {"run_reentrant": ("fn", "args", "thread_name")},
    "ministack.core.responses": {
        "get_account_id": (),
        "get_region": (),
        "now_iso": (),
        "json_response": ("data", "status", "content_type"),
    },
    "ministack.services.cloudcontrol": {"handle_request": ("method", "path", "headers", "body", "query_params")},
    "ministack.app": {"main": ()},
}


def _module(name: str) -> Any:
    return import_module(name)


class MiniStackChanged(Exception):
    """MiniStack is not the one that the extension was written for."""


def check() -> None:
    """Every name that is relied on exists and takes what it is given; else one message that names all that do not."""
    wrong = []
    for module_name, names in _RELIED_ON.items():
        try:
            module = import_module(module_name)
        except ImportError as error:
            wrong.append(f"{module_name}: {error}")
            continue
        for name, parameters in names.items():
            if not hasattr(module, name):
                wrong.append(f"{module_name}.{name} is gone")
            elif parameters is not None:
                actual = tuple(inspect.signature(getattr(module, name)).parameters)
                if actual != parameters:
                    wrong.append(f"{module_name}.{name} takes {actual}, not {parameters}")
    if wrong:
        raise MiniStackChanged(
            f"MiniStack {version('ministack')} differs from {VERSION}, for which local_aws/ministack_internals.py "
            "was written:\n  " + "\n  ".join(wrong)
        )


def main() -> None:
    _module("ministack.app").main()


# --- the current request ----------------------------------------------------------------------------------------


def scope() -> Scope:
    responses = _module("ministack.core.responses")
    return Scope(responses.get_account_id(), responses.get_region())


def parameter(params: Any, name: str) -> str:
    return str(_module(f"{_CFN}.helpers")._p(params, name))


def answer(action: str, inner: str) -> Any:
    return _module(f"{_CFN}.helpers")._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")


def error(code: str, message: str) -> Any:
    return _module(f"{_CFN}.helpers")._error(code, message, 404 if code.endswith("NotFoundException") else 400)


def now() -> str:
    return str(_module("ministack.core.responses").now_iso())


# --- stacks -----------------------------------------------------------------------------------------------------


def stack(name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = _module(_CFN)._stacks.get(name)
    return found or {}


def stack_holding(physical_id: str, type_name: str | None = None) -> str:
    """The name of the stack that holds the resource; empty if none does."""
    for name, found in _module(_CFN)._stacks.items():
        for record in found.get("_resources", {}).values():
            if record.get("PhysicalResourceId") == physical_id and type_name in (None, record.get("ResourceType")):
                return str(name)
    return ""


def add_event(
    stack_name: str, logical_id: str, type_name: str, status: str, reason: str = "", physical_id: str = ""
) -> None:
    stack_id = stack(stack_name).get("StackId", "")
    _module(f"{_CFN}.stacks")._add_event(stack_id, stack_name, logical_id, type_name, status, reason, physical_id)


def cancel_requested(stack_name: str) -> bool:
    """Whether CancelUpdateStack was called for the update that goes on."""
    return bool(stack(stack_name).get("_cancel_requested"))


def keep_failed(
    stack_name: str, logical_id: str, type_name: str, physical_id: str, properties: dict[str, Any], reason: str
) -> None:
    """Puts what a failed create left behind into the stack, so that rollback or DeleteStack removes it."""
    stack(stack_name).setdefault("_resources", {})[logical_id] = {
        "PhysicalResourceId": physical_id,
        "ResourceType": type_name,
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": reason,
        "LogicalResourceId": logical_id,
        "Properties": properties,
        "Attributes": {},
        "Timestamp": now(),
        "_left_behind": True,
    }


#: the stack whose resource is being deleted: MiniStack's delete handlers do not get it
_DELETING: contextvars.ContextVar[str] = contextvars.ContextVar("local_deleting_stack", default="")


def deleting_stack() -> str:
    return _DELETING.get()


# --- adding to it --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResourceType:
    """What CloudFormation has to know of a resource type."""

    create: Callable[[str, dict[str, Any], str], tuple[str, dict[str, Any]]]
    update: Callable[[str, dict[str, Any], dict[str, Any], str, str], tuple[str, dict[str, Any]]]
    delete: Callable[[str, dict[str, Any], str], None]
    #: whether the change of properties needs a new resource
    replaces: Callable[[dict[str, Any], dict[str, Any]], bool]
    #: whether the account and Region of the current request have it
    usable: Callable[[], bool] = lambda: True
    #: (names of the identifier's properties, why the resource cannot be imported or None, attributes of one)
    import_keys: tuple[str, ...] = ()
    import_problem: Callable[..., str | None] | None = None
    import_resource: Callable[[dict[str, str]], tuple[str, dict[str, Any]]] | None = None
    #: asked off the event loop before an import: the two functions above are then called on it
    before_import: Callable[[dict[str, str]], None] | None = None
    #: (physical id, expected properties) → properties as they are; None when the resource is gone
    read: Callable[[str, dict[str, Any]], dict[str, Any] | None] | None = None
    readable: frozenset[str] = frozenset()
    #: what Fn::GetAtt may name
    attributes: frozenset[str] = frozenset()
    always_replaced: tuple[str, ...] = ()
    sometimes_replaced: tuple[str, ...] = ()
    #: the property that takes the stack's tags
    tags: str | None = None
    #: whether a failed update is sent back, by an update to the previous properties
    sent_back: bool = True


@dataclass
class _Added:
    types: dict[str, ResourceType] = field(default_factory=dict)
    off_loop: set[str] = field(default_factory=set)


_added = _Added()


def add_type(name: str, type_: ResourceType) -> None:
    provisioners = _module(f"{_CFN}.provisioners")
    handlers: dict[str, Any] = {
        "create": type_.create,
        "update": type_.update,
        "update_with_logical_id": True,
        "delete": type_.delete,
        "delete_with_logical_id": True,
    }
    if type_.import_resource:
        handlers["import"] = type_.import_resource
        _module(f"{_CFN}.changesets")._IMPORT_LOOKUPS[name] = (type_.import_keys, type_.import_problem)
    if type_.read:
        _module(f"{_CFN}.drift")._DRIFT_READERS[name] = (type_.read, type_.readable)
    if type_.tags:
        provisioners._STACK_TAG_PROPERTY[name] = (type_.tags, "list")
    provisioners._REPLACING_PROPERTIES[name] = type_.always_replaced
    provisioners._CONDITIONALLY_REPLACING_PROPERTIES[name] = type_.sometimes_replaced
    _added.types[name] = type_
    provisioners._RESOURCE_HANDLERS[name] = handlers


def remove_type(name: str) -> None:
    provisioners = _module(f"{_CFN}.provisioners")
    for table in (
        provisioners._RESOURCE_HANDLERS,
        provisioners._REPLACING_PROPERTIES,
        provisioners._CONDITIONALLY_REPLACING_PROPERTIES,
        _module(f"{_CFN}.changesets")._IMPORT_LOOKUPS,
        _module(f"{_CFN}.drift")._DRIFT_READERS,
        _added.types,
    ):
        table.pop(name, None)


def add_action(name: str, handler: Callable[[Any], Any]) -> None:
    _module(_CFN)._ACTION_HANDLERS[name] = handler
    _added.off_loop.add(name)


def knows_type(name: str) -> bool:
    """Whether templates may use the type."""
    return name in _module(f"{_CFN}.provisioners")._RESOURCE_HANDLERS


def replace_json_service(name: str, answer: Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]) -> None:
    """A whole service of the JSON protocol: (action, request) → (HTTP status, response)."""
    run_reentrant = _module("ministack.core.concurrency").run_reentrant
    json_response = _module("ministack.core.responses").json_response

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        status, response = await run_reentrant(answer, action, json.loads(body or b"{}"))
        return json_response(response, status)

    _module(f"ministack.services.{name}").handle_request = handle_request


def install() -> None:
    """Wraps what tables cannot say. Called once, after `check`."""
    _added.off_loop |= {"CreateChangeSet", "DetectStackDrift", "DetectStackResourceDrift"}
    _wrap_requests()
    _wrap_templates()
    _wrap_types()
    _wrap_events()
    _wrap_deletes()
    _wrap_rollback()
    drift = _module(f"{_CFN}.drift")
    drift.DRIFT_DETECTABLE_STATUSES |= {"IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
    # AWS always demands them
    _module(f"{_CFN}.handlers")._capabilities_enforced = lambda: True


def _wrap_types() -> None:
    """Types that were added run off the event loop, and decide themselves what replaces them."""
    stacks, provisioners, engine = (_module(f"{_CFN}.{name}") for name in ("stacks", "provisioners", "engine"))
    blocking = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda resource_type: resource_type in _added.types or blocking(resource_type)

    sent_back = stacks._sends_back_failed_update
    stacks._sends_back_failed_update = lambda resource_type: (
        _added.types[resource_type].sent_back if resource_type in _added.types else sent_back(resource_type)
    )

    plain = provisioners._replacing_change

    def replacing(resource_type: str, old_props: dict[str, Any], new_props: dict[str, Any]) -> Any:
        type_ = _added.types.get(resource_type)
        return type_.replaces(old_props, new_props) if type_ else plain(resource_type, old_props, new_props)

    provisioners._replacing_change = stacks._replacing_change = replacing

    unknown_attribute = engine._unknown_attribute_message

    def attribute_message(res: dict[str, Any], logical_id: str, attr: str) -> str:
        """An attribute that the schema has and READ does not give: CloudFormation's own words, and the cause."""
        name = res.get("ResourceType", "")
        if name in _added.types and attr in _added.types[name].attributes:
            return f"Unable to retrieve {attr} attribute for {name}: it has no value"
        return str(unknown_attribute(res, logical_id, attr))

    engine._unknown_attribute_message = attribute_message


_BUCKET_IN_HOST = re.compile(r"https://(?P<bucket>[a-z0-9.-]+)\.s3([.-][a-z0-9-]+)?\.amazonaws\.com/(?P<key>.+)")


def _wrap_templates() -> None:
    """Templates and parameters are checked wherever the engine resolves parameters or validates a template."""
    engine = _module(f"{_CFN}.engine")
    modules = [_module(f"{_CFN}.{name}") for name in ("handlers", "changesets")]
    resolve, validate = modules[0]._resolve_parameters, modules[0].validate_template_support

    def resolve_parameters(template: Any, provided_params: Any, previous_params: Any = None) -> Any:
        # a transform that failed: validation says why
        if not hasattr(template, "error"):
            template_checks.check(template)
            template_checks.check_parameters(template, [given["Key"] for given in provided_params if "Key" in given])
        return resolve(template, provided_params, previous_params)

    def validate_template(template: Any, conditions: Any, params: Any = None) -> Any:
        if not hasattr(template, "error"):
            template_checks.check(template, conditions if params is not None else None)
            _check_types(template, conditions)
        return validate(template, conditions, params)

    for module in modules:
        module._resolve_parameters, module.validate_template_support = resolve_parameters, validate_template

    def refusing(look_up: Callable[..., Any]) -> Callable[..., Any]:
        """A rule that the engine cannot evaluate fails the request, where the engine would skip it."""

        def wrapped(*arguments: Any) -> Any:
            try:
                return look_up(*arguments)
            except engine._RuleUnsupported as error:
                raise ValueError(f"Local AWS cannot evaluate the section Rules of this template: {error}") from error

        return wrapped

    helpers = _module(f"{_CFN}.helpers")
    document = helpers._resolve_document

    def resolve_document(params: Any, body_key: str, url_key: str, label: str) -> Any:
        """The engine reads addresses like https://s3.amazonaws.com/bucket/key alone, and YAML with aliases."""
        named = _BUCKET_IN_HOST.fullmatch(parameter(params, url_key))
        path = named and f"https://s3.amazonaws.com/{named['bucket']}/{named['key']}"
        text, problem = document({**params, url_key: [path]} if path else params, body_key, url_key, label)
        try:
            template_shape.check_text(text or "")
        except template_shape.TemplateError as refused:
            return None, error("ValidationError", str(refused))
        return text, problem

    helpers._resolve_document = resolve_document
    engine._rule_account_records = refusing(engine._rule_account_records)
    engine._rule_attribute = refusing(engine._rule_attribute)

    summary = _module(_CFN)._ACTION_HANDLERS["GetTemplateSummary"]

    def template_summary(params: Any) -> Any:
        status, headers, body = summary(params)
        end = b"</GetTemplateSummaryResult>"
        if status == 200:
            body = body.replace(end, _identifier_summaries(params).encode() + end)
        return status, headers, body

    _module(_CFN)._ACTION_HANDLERS["GetTemplateSummary"] = template_summary


def _check_types(template: dict[str, Any], conditions: dict[str, bool]) -> None:
    """The engine knows one table of types for all accounts and Regions."""
    used = {
        resource.get("Type")
        for resource in template["Resources"].values()
        if isinstance(resource, dict) and conditions.get(resource.get("Condition", ""), True)
    }
    elsewhere = sorted(name for name, type_ in _added.types.items() if name in used and not type_.usable())
    if elsewhere:
        raise ValueError(f"Template format error: Unrecognized resource types: [{', '.join(elsewhere)}]")


def _identifier_summaries(params: Any) -> str:
    """By which properties each importable resource of a template is identified: what `cdk import` asks for."""
    body = _module(f"{_CFN}.helpers")._resolve_template(params)[0]
    if not body:
        body = stack(parameter(params, "StackName")).get("_template_body", "")
    resources = (_module(f"{_CFN}.engine")._parse_template(body) or {}).get("Resources") or {}
    lookups = _module(f"{_CFN}.changesets")._IMPORT_LOOKUPS
    by_type: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        if isinstance(resource, dict) and resource.get("Type") in lookups:
            by_type.setdefault(resource["Type"], []).append(logical_id)
    members = "".join(
        f"<member><ResourceType>{name}</ResourceType>"
        f"<LogicalResourceIds>{''.join(f'<member>{each}</member>' for each in logical_ids)}</LogicalResourceIds>"
        f"<ResourceIdentifiers><member>{','.join(lookups[name][0])}</member></ResourceIdentifiers></member>"
        for name, logical_ids in by_type.items()
    )
    return f"<ResourceIdentifierSummaries>{members}</ResourceIdentifierSummaries>"


# --- events of an update ------------------------------------------------------------------------------------------

NEW_RESOURCE = "Requested update requires the creation of a new physical resource; hence creating one."
_CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
#: the statuses of a stack with which an operation of a user begins
_BEGINNINGS = {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "UPDATE_IN_PROGRESS"}


def _wrap_events() -> None:
    """In an update the engine shows every resource as updated, and cleans up without a word.

    CloudFormation shows a resource that stays as it is in no event, a new one as created, and the clean-up as a status
    of the stack with the events of what is deleted.
    """
    stacks = _module(f"{_CFN}.stacks")
    add, update, outputs = stacks._add_event, stacks._update_keeping_seed, stacks._resolve_stack_outputs
    #: (stack id, logical id) → the event that begins an update, until it is clear that there is one
    held: dict[tuple[str, str], tuple[Any, ...]] = {}
    created: set[tuple[str, str]] = set()
    unchanged: set[tuple[str, str]] = set()

    def add_event(
        stack_id: str,
        stack_name: str,
        logical_id: str,
        resource_type: str,
        status: str,
        reason: str = "",
        physical_id: str = "",
        detailed_status: str = "",
    ) -> None:
        key = (stack_id, logical_id)
        if resource_type == "AWS::CloudFormation::Stack":
            if status in _BEGINNINGS:
                stack(stack_name).pop("StackStatusReason", None)
                reason = reason or "User Initiated"
            add(stack_id, stack_name, logical_id, resource_type, status, reason, physical_id, detailed_status)
            return
        begins = status == "UPDATE_IN_PROGRESS" and not reason and not physical_id
        if begins and stack(stack_name).get("StackStatus") == "UPDATE_IN_PROGRESS":
            if logical_id in stack(stack_name).get("_resources", {}):
                held[key] = (stack_id, stack_name, logical_id, resource_type, status)
                return
            created.add(key)
        if reason == NEW_RESOURCE:
            # known from the schema, before the handler is asked: it is the event that begins the update
            held.pop(key, None)
        release(key)
        if status in ("CREATE_FAILED", "UPDATE_FAILED") and not physical_id:
            known = stack(stack_name).get("_resources", {}).get(logical_id, {})
            physical_id = known.get("PhysicalResourceId", "")
        if status == "UPDATE_COMPLETE" and key in unchanged:
            unchanged.discard(key)
            return
        if key in created and status.startswith("UPDATE_"):
            ended = not status.endswith("IN_PROGRESS")
            status = status.replace("UPDATE_", "CREATE_")
            if ended:
                created.discard(key)
                stack(stack_name)["_resources"].get(logical_id, {})["ResourceStatus"] = status
        add(stack_id, stack_name, logical_id, resource_type, status, reason, physical_id, detailed_status)

    def release(key: tuple[str, str]) -> None:
        if key in held:
            add(*held.pop(key))

    def update_keeping_seed(*args: Any) -> Any:
        resource_type, _, old, new, stack_name, logical_id, _ = args
        key = (str(stack(stack_name).get("StackId")), logical_id)
        record = stack(stack_name).get("_resources", {}).get(logical_id, {})
        if record.get("ResourceType", resource_type) != resource_type:
            raise ValueError(
                "Update of resource type is not permitted. The new template modifies resource type of the following "
                f"resources: [{logical_id}]"
            )
        if old == new:
            held.pop(key, None)
            unchanged.add(key)
        release(key)
        return update(*args)

    def resolve_stack_outputs(*args: Any) -> Any:
        """The engine would take the name of another stack's export, change one that is imported, and keep one that the
        template has no longer. What follows in an update is its clean-up."""
        found = outputs(*args)
        stack_name, stack_id = args[-2:]
        exports, given = _module(_CFN)._exports, found[1]
        for name in given:
            other = exports.get(name)
            if other and other["StackId"] != stack_id:
                holder = other["StackId"].split("/")[1]
                raise ValueError(f"Export with name {name} is already exported by stack {holder}")
        own = {name: export for name, export in exports.items() if export["StackId"] == stack_id}
        for name, export in own.items():
            importers = [] if export == given.get(name) else _importers(name)
            if importers:
                change = "updated" if name in given else "deleted"
                raise ValueError(f"Export {name} cannot be {change} as it is in use by {' and '.join(importers)}")
        for name in own.keys() - given.keys():
            exports.pop(name)
        if stack(stack_name).get("StackStatus") == "UPDATE_IN_PROGRESS":
            stack(stack_name)["StackStatus"] = _CLEANUP
            add(stack_id, stack_name, stack_name, "AWS::CloudFormation::Stack", _CLEANUP, physical_id=stack_id)
        return found

    for name in ("stacks", "handlers", "changesets"):
        _module(f"{_CFN}.{name}")._add_event = add_event
    stacks._update_keeping_seed = update_keeping_seed
    stacks._resolve_stack_outputs = resolve_stack_outputs


def _importers(export: str) -> list[str]:
    """The stacks that import it."""
    names = _module(f"{_CFN}.handlers")._imported_export_names
    stacks = _module(_CFN)._stacks
    return sorted(
        name
        for name, found in stacks.items()
        if found.get("StackStatus") not in ("DELETE_COMPLETE", "ROLLBACK_COMPLETE") and export in names(found, name)
    )


# --- deleting and rolling back ------------------------------------------------------------------------------------

#: the resources of the template in the deletion or rollback that goes on, and which of them could not be deleted
_LEFT: contextvars.ContextVar[tuple[dict[str, Any], set[str]] | None] = contextvars.ContextVar(
    "local_left", default=None
)


def _needed_by(logical_id: str) -> str | None:
    """A resource that could not be deleted and depends on this one."""
    resources, failed = _LEFT.get() or ({}, set())
    with_dependencies = _module(f"{_CFN}.stacks")._with_dependencies
    return next(
        (each for each in failed if logical_id in with_dependencies([each], resources, set(resources)) - {each}), None
    )


class _Deletable(dict[str, Any]):
    """The resources of a stack that is being deleted. Its deletion does not see what a resource that could not be
    deleted depends on: CloudFormation leaves that where it is."""

    def get(self, key: str, default: Any = None) -> Any:
        return default if _LEFT.get() and _needed_by(key) else super().get(key, default)


def _wrap_deletes() -> None:
    stacks = _module(f"{_CFN}.stacks")
    delete, delete_stack = stacks._delete_resource, stacks._delete_stack_async

    def delete_resource(
        resource_type: str,
        physical_id: str,
        props: dict[str, Any],
        stack_name: str | None = None,
        logical_id: str | None = None,
    ) -> Any:
        name, resource, left = stack_name or "", logical_id or "", _LEFT.get()
        cleaning = stack(name).get("StackStatus") == _CLEANUP
        needed_by = _needed_by(resource)
        if needed_by:
            raise ValueError(f"It was not deleted, for {needed_by} depends on it and could not be deleted.")
        token = _DELETING.set(name)
        try:
            if cleaning:
                add_event(name, resource, resource_type, "DELETE_IN_PROGRESS", physical_id=physical_id)
            delete(resource_type, physical_id, props, stack_name, logical_id)
            if cleaning:
                add_event(name, resource, resource_type, "DELETE_COMPLETE", physical_id=physical_id)
        except Exception:
            if left:
                left[1].add(resource)
            raise
        finally:
            _DELETING.reset(token)

    async def delete_stack_async(
        stack_name: str, stack_id: str, retain_resources: Any = (), force: bool = False
    ) -> None:
        found = stack(stack_name)
        _LEFT.set(((found.get("_template") or {}).get("Resources") or {}, set()))
        found["_resources"] = _Deletable(found.get("_resources", {}))
        await delete_stack(stack_name, stack_id, retain_resources, force)
        found["_resources"] = dict(found["_resources"])

    stacks._delete_resource = delete_resource
    stacks._delete_stack_async = delete_stack_async
    _module(f"{_CFN}.handlers")._delete_stack_async = delete_stack_async


def _wrap_rollback() -> None:
    stacks = _module(f"{_CFN}.stacks")
    plain = stacks._roll_back_operation

    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], reason_override: str = ""
    ) -> None:
        # a failed create that left something behind takes part
        failed = operation.get("failed_logical_id")
        record = stack.get("_resources", {}).get(failed)
        if record and record.get("_left_behind") and failed not in operation["created"]:
            operation["created"] = [*operation["created"], failed]
        # a resource that stopped because the update was cancelled: the engine takes it for one that failed
        if stack.pop("_cancel_requested", False):
            operation["cancelled"] = True
            stacks.CLIENT_REQUEST_TOKEN.set(stack.pop("_cancel_token", ""))
        if failed and not operation.get("is_update"):
            reason_override = reason_override or (
                f"The following resource(s) failed to create: [{failed}]. Rollback requested by user."
            )
        _LEFT.set(((operation.get("template") or {}).get("Resources") or {}, set()))
        await plain(stack_name, stack_id, stack, operation, reason_override)
        if not operation.get("is_update"):
            _keep_undeleted(stack)

    stacks._roll_back_operation = roll_back
    _module(f"{_CFN}.handlers")._roll_back_operation = roll_back


def _keep_undeleted(stack: dict[str, Any]) -> None:
    """What the rollback of a create could not delete stays in the stack, so that DeleteStack tries again."""
    for logical_id, record in stack.pop("_rollback_failed", {}).items():
        stack["_resources"][logical_id] = {
            **record,
            "ResourceStatus": "DELETE_FAILED",
            "ResourceStatusReason": stack.get("StackStatusReason", ""),
            "LogicalResourceId": logical_id,
            "Attributes": {},
            "Timestamp": now(),
        }


# --- requests -----------------------------------------------------------------------------------------------------


def _wrap_requests() -> None:
    """Refuses what cannot be done. MiniStack handles CloudFormation requests on its event loop; those that run
    handlers, which may call this very server, get a thread."""
    cloudformation = _module(_CFN)
    run_reentrant = _module("ministack.core.concurrency").run_reentrant
    plain = cloudformation.handle_request

    describe_resources = cloudformation._ACTION_HANDLERS["DescribeStackResources"]

    def describe_stack_resources(params: Any) -> Any:
        """The engine does not look for the stack that has a resource."""
        physical_id = parameter(params, "PhysicalResourceId")
        if parameter(params, "StackName") or not physical_id:
            return describe_resources(params)
        name = stack_holding(physical_id)
        if not name:
            return error("ValidationError", f"Stack for {physical_id} does not exist")
        return describe_resources({**params, "StackName": [name]})

    cloudformation._ACTION_HANDLERS["DescribeStackResources"] = describe_stack_resources

    async def answering(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        """Whatever happens is an answer that clients can read; MiniStack's own for a defect is JSON."""
        try:
            return await handle_request(method, path, headers, body, query_params)
        except Exception as problem:
            logger.exception("A request to CloudFormation ended by an error of local AWS")
            return _module(f"{_CFN}.helpers")._error("InternalFailure", f"Local AWS failed: {problem!r}", 500)

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        action, params = _action(headers, body, query_params)
        found = _stack_of(action, params)
        refused = stack_requests.refusal(action, {name: parameter(params, name) for name in _given(params)}, found)
        if refused:
            return error(refused.code, refused.message)
        if action == "DeleteStack" and found.get("StackStatus") == "DELETE_IN_PROGRESS":
            return _module(f"{_CFN}.helpers")._xml(200, "DeleteStackResponse", "")
        if action == "ExecuteChangeSet":
            await run_reentrant(_before_execution, params)
        if action not in _added.off_loop:
            return await plain(method, path, headers, body, query_params)

        def on_thread() -> Any:
            coroutine = plain(method, path, headers, body, query_params)
            try:
                coroutine.send(None)
            except StopIteration as done:
                return done.value
            raise RuntimeError(f"{action} waits for something: it cannot run off the event loop")

        if action == "CreateChangeSet":
            return await run_reentrant(_in_review, params, on_thread)
        return await run_reentrant(on_thread)

    cloudformation.handle_request = answering


#: one at a time, so that two change sets for a stack that is yet to be created find one another
_CREATING = threading.Lock()


def _in_review(params: Any, create_change_set: Callable[[], Any]) -> Any:
    """All change sets for a stack in REVIEW_IN_PROGRESS are of that stack: the engine puts another one in its place."""
    if parameter(params, "ChangeSetType") not in ("CREATE", "IMPORT"):
        return create_change_set()
    cloudformation = _module(_CFN)
    with _CREATING:
        stack_before = _stack_of("CreateChangeSet", params)
        status, headers, body = create_change_set()
        if stack_before.get("StackStatus") != "REVIEW_IN_PROGRESS":
            return status, headers, body
        name, stack_id = stack_before["StackName"], stack_before["StackId"]
        other = stack(name).get("StackId", stack_id)
        cloudformation._stacks[name] = stack_before
        if other != stack_id:
            cloudformation._stack_events.pop(other, None)
            for change_set in cloudformation._change_sets.values():
                if change_set.get("StackId") == other:
                    change_set["StackId"] = stack_id
        return status, headers, body.replace(other.encode(), stack_id.encode())


def _action(headers: Any, body: bytes, query_params: Any) -> tuple[str, Any]:
    target = headers.get("x-amz-target", "")
    if target:
        given = json.loads(body or b"{}")
        return target.rsplit(".", 1)[-1], {
            name: value if isinstance(value, list) else [value] for name, value in given.items()
        }
    params = {**query_params, **parse_qs(body.decode("utf-8", "replace"))}
    return parameter(params, "Action"), params


def _given(params: Any) -> list[str]:
    """The names of the parameters that have a value."""
    return [name for name, values in params.items() if values and values[0] not in ("", None)]


def _stack_of(action: str, params: Any) -> dict[str, Any]:
    """The stack that a request names itself or by its change set; empty if there is none."""
    name = parameter(params, "StackName")
    if action == "ExecuteChangeSet":
        change_set = _module(f"{_CFN}.changesets")._find_change_set(parameter(params, "ChangeSetName"), name)[1]
        name = (change_set or {}).get("StackName", "")
    return (_module(f"{_CFN}.handlers")._resolve_stack(name) if name else None) or {}


def _before_execution(params: Any) -> None:
    """Reads what an import change set names: the import itself then happens on the event loop."""
    find = _module(f"{_CFN}.changesets")._find_change_set
    change_set = find(parameter(params, "ChangeSetName"), parameter(params, "StackName"))[1] or {}
    wanted = [
        (entry["ResourceType"], entry["ResourceIdentifier"]) for entry in change_set.get("_resources_to_import") or []
    ]
    resources = (change_set.get("_template") or {}).get("Resources", {})
    wanted += [
        (resources[logical_id]["Type"], identifier)
        for logical_id, identifier in (change_set.get("_import_existing") or {}).items()
    ]
    for type_name, identifier in wanted:
        type_ = _added.types.get(type_name)
        if type_ and type_.before_import:
            type_.before_import(identifier)
