"""The only place that touches MiniStack's internals. They are no API: `check` says what broke when the version moves.

MiniStack's CloudFormation keeps plain tables of types and actions. This module adds entries to them, wraps the few
functions that decide something a table cannot, and offers what the rest of the extension needs in its own words.
"""

from __future__ import annotations

import contextvars
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs

from .clients import Scope

VERSION = "1.5.33"
_CFN = "ministack.services.cloudformation"

#: every name relied on: module → name → the parameters it must have (None: not a function of ours to call)
_RELIED_ON: dict[str, dict[str, tuple[str, ...] | None]] = {
    _CFN: {
        "handle_request": ("method", "path", "headers", "body", "query_params"),
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
        "_add_event": (
            "stack_id",
            "stack_name",
            "logical_id",
            "resource_type",
            "status",
            "reason",
            "physical_id",
            "detailed_status",
        ),
        "_delete_resource": ("resource_type", "physical_id", "props", "stack_name", "logical_id"),
        "_replacing_change": ("resource_type", "old_props", "new_props"),
        "_roll_back_operation": ("stack_name", "stack_id", "stack", "operation", "reason_override"),
        "_runs_on_worker_thread": ("resource_type",),
        "_sends_back_failed_update": ("resource_type",),
    },
    f"{_CFN}.handlers": {"_roll_back_operation": ("stack_name", "stack_id", "stack", "operation", "reason_override")},
    f"{_CFN}.changesets": {"_IMPORT_LOOKUPS": None, "_find_change_set": ("cs_name", "stack_name")},
    f"{_CFN}.drift": {"_DRIFT_READERS": None},
    f"{_CFN}.helpers": {
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
            f"MiniStack {version('ministack')} differs from {VERSION}, for which local/ministack_internals.py was "
            "written:\n  " + "\n  ".join(wrong)
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


def stack_holding(type_name: str, physical_id: str) -> str:
    """The name of the stack that holds the resource; empty if none does."""
    for name, found in _module(_CFN)._stacks.items():
        for record in found.get("_resources", {}).values():
            if record.get("ResourceType") == type_name and record.get("PhysicalResourceId") == physical_id:
                return str(name)
    return ""


def add_event(
    stack_name: str, logical_id: str, type_name: str, status: str, reason: str = "", physical_id: str = ""
) -> None:
    stack_id = stack(stack_name).get("StackId", "")
    _module(f"{_CFN}.stacks")._add_event(stack_id, stack_name, logical_id, type_name, status, reason, physical_id)


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
    #: (names of the identifier's properties, why the resource cannot be imported or None, attributes of one)
    import_keys: tuple[str, ...] = ()
    import_problem: Callable[..., str | None] | None = None
    import_resource: Callable[[dict[str, str]], tuple[str, dict[str, Any]]] | None = None
    #: asked off the event loop before an import: the two functions above are then called on it
    before_import: Callable[[dict[str, str]], None] | None = None
    #: (physical id, expected properties) → properties as they are; None when the resource is gone
    read: Callable[[str, dict[str, Any]], dict[str, Any] | None] | None = None
    readable: frozenset[str] = frozenset()
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
    stacks = _module(f"{_CFN}.stacks")
    provisioners = _module(f"{_CFN}.provisioners")
    _wrap_requests()
    _wrap_rollback()

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

    delete = stacks._delete_resource

    def delete_resource(
        resource_type: str,
        physical_id: str,
        props: dict[str, Any],
        stack_name: str | None = None,
        logical_id: str | None = None,
    ) -> Any:
        token = _DELETING.set(stack_name or "")
        try:
            return delete(resource_type, physical_id, props, stack_name, logical_id)
        finally:
            _DELETING.reset(token)

    stacks._delete_resource = delete_resource


def _wrap_rollback() -> None:
    """A failed create that left something behind takes part in the rollback."""
    stacks = _module(f"{_CFN}.stacks")
    plain = stacks._roll_back_operation

    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], reason_override: str = ""
    ) -> None:
        failed = operation.get("failed_logical_id")
        record = stack.get("_resources", {}).get(failed)
        if record and record.get("_left_behind") and failed not in operation["created"]:
            operation["created"] = [*operation["created"], failed]
        await plain(stack_name, stack_id, stack, operation, reason_override)

    stacks._roll_back_operation = roll_back
    _module(f"{_CFN}.handlers")._roll_back_operation = roll_back


def _wrap_requests() -> None:
    """MiniStack handles CloudFormation requests on its event loop. Those that run handlers, which may call this very
    server, get a thread."""
    cloudformation = _module(_CFN)
    run_reentrant = _module("ministack.core.concurrency").run_reentrant
    plain = cloudformation.handle_request

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        action, params = _action(headers, body, query_params)
        if action == "ExecuteChangeSet":
            await run_reentrant(_before_execution, params)
        if action not in _added.off_loop:
            return await plain(method, path, headers, body, query_params)

        def run() -> Any:
            coroutine = plain(method, path, headers, body, query_params)
            try:
                coroutine.send(None)
            except StopIteration as done:
                return done.value
            raise RuntimeError(f"{action} waits for something: it cannot run off the event loop")

        return await run_reentrant(run)

    cloudformation.handle_request = handle_request


def _action(headers: Any, body: bytes, query_params: Any) -> tuple[str, Any]:
    target = headers.get("x-amz-target", "")
    if target:
        return target.rsplit(".", 1)[-1], {}
    params = {**query_params, **parse_qs(body.decode("utf-8", "replace"))}
    return parameter(params, "Action"), params


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
