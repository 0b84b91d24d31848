"""Cloud Control API for registered types: requests that create, read, update, delete and list single resources.

A request that is wrong in itself is an exception of the API. So is what a handler answers to READ and LIST. What it
answers to CREATE, UPDATE and DELETE becomes the status of the request.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import jsonpatch
import jsonpointer

from . import ministack_internals as ministack
from . import paths
from .clients import Scope
from .driver import Cancelled, Driver, HandlerFailure, NoValidAnswer, Operation
from .registry import Registry, RegistryError, Version
from .type_schema import Model, TypeSchema

_PAGE = 100
_ENDED = ("SUCCESS", "FAILED", "CANCEL_COMPLETE")
#: what a handler may answer and Cloud Control has no code of its own for
_UNKNOWN_CODES = {"HandlerInternalFailure": "InternalFailure", "InvalidTypeConfiguration": "InvalidRequest"}
#: the exceptions of READ and LIST; the others are named like their codes
_EXCEPTIONS = {
    "NotFound": "ResourceNotFoundException",
    "InternalFailure": "HandlerInternalFailureException",
    "GeneralServiceException": "GeneralServiceException",
}

logger = logging.getLogger("local_aws.cloud_control")


class CloudControlError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class ResourceRequest:
    """A request that changes a resource, and what has become of it."""

    scope: Scope
    type_name: str
    operation: str
    token: str
    #: the content of the request, to tell a repetition from another request with the same client token
    content: Model
    identifier: str | None
    status: str = "IN_PROGRESS"
    message: str = ""
    error_code: str | None = None
    model: Model | None = None
    time: float = field(default_factory=time.time)

    def change(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        self.time = time.time()

    def event(self) -> Model:
        """The ProgressEvent."""
        event: Model = {
            "TypeName": self.type_name,
            "RequestToken": self.token,
            "Operation": self.operation,
            "OperationStatus": self.status,
            "EventTime": self.time,
        }
        optional = {
            "Identifier": self.identifier,
            "ResourceModel": json.dumps(self.model) if self.model is not None else None,
            "StatusMessage": self.message[:2048],
            "ErrorCode": self.error_code,
        }
        return event | {name: value for name, value in optional.items() if value}


def install(registry: Registry, driver: Driver) -> None:
    api = CloudControl(registry, driver)
    actions: dict[str, Callable[[Scope, Model], Model]] = {
        "CreateResource": api.create_resource,
        "GetResource": api.get_resource,
        "UpdateResource": api.update_resource,
        "DeleteResource": api.delete_resource,
        "ListResources": api.list_resources,
        "GetResourceRequestStatus": api.get_resource_request_status,
        "ListResourceRequests": api.list_resource_requests,
        "CancelResourceRequest": api.cancel_resource_request,
    }

    def answer(action: str, data: Model) -> tuple[int, Model]:
        if action not in actions:
            return 400, {"__type": "UnknownOperationException"}
        try:
            return 200, actions[action](ministack.scope(), data)
        except CloudControlError as error:
            return 400, {"__type": error.code, "Message": str(error)}

    ministack.replace_json_service("cloudcontrol", answer)


class CloudControl:
    def __init__(self, registry: Registry, driver: Driver) -> None:
        self._registry = registry
        self._driver = driver
        self._requests: dict[str, ResourceRequest] = {}
        self._by_client_token: dict[tuple[Scope, str], ResourceRequest] = {}
        self._lock = threading.RLock()

    # --- one resource -------------------------------------------------------------------------------------------

    def create_resource(self, scope: Scope, data: Model) -> Model:
        version = self._version(scope, data, "CREATE")
        schema = version.package.schema
        model = schema.typed(_json_object(data, "DesiredState"))
        _validate(schema, model, schema.read_only_in(model))
        operation = Operation("CREATE", model, requested=model)
        return self._start(scope, data, version, operation, schema.identifier(model))

    def get_resource(self, scope: Scope, data: Model) -> Model:
        version = self._version(scope, data, "READ")
        identifier = _identifier(version.package.schema, data)
        return {
            "TypeName": version.type_name,
            "ResourceDescription": _description(version, self._read(version, identifier)),
        }

    def update_resource(self, scope: Scope, data: Model) -> Model:
        """Reads the resource, applies the patch to its model, and gives the whole result to the handler. A write-only
        property that the patch does not add is therefore not in it."""
        known = self._known(scope, "UPDATE", data)
        if known:
            return known
        version = self._version(scope, data, "UPDATE")
        schema = version.package.schema
        identifier = _identifier(schema, data)
        current = self._read(version, identifier)
        patched = schema.typed(_patched(current, _required(data, "PatchDocument")))
        fixed = schema.differing(schema.create_only, current, patched)
        if fixed:
            raise CloudControlError("NotUpdatableException", _not_updatable("createOnlyProperties", fixed))
        read_only = schema.differing(schema.read_only, current, patched)
        if read_only:
            raise CloudControlError("ValidationException", _not_updatable("readOnlyProperties", read_only))
        _validate(schema, patched)
        operation = Operation("UPDATE", patched, requested=patched, previous=current, identifier=identifier)
        return self._start(scope, data, version, operation, identifier, paths.without(patched, schema.write_only))

    def delete_resource(self, scope: Scope, data: Model) -> Model:
        """The handler gets the identifier alone: Cloud Control knows nothing else."""
        version = self._version(scope, data, "DELETE")
        identifier = _identifier(version.package.schema, data)
        desired = version.package.schema.identifier_model(identifier)
        return self._start(scope, data, version, Operation("DELETE", desired, identifier=identifier), identifier)

    def list_resources(self, scope: Scope, data: Model) -> Model:
        version = self._version(scope, data, "LIST")
        model = _json_object(data, "ResourceModel") if data.get("ResourceModel") else {}
        problems = version.package.schema.problems_of_list_input(model)
        if problems:
            raise CloudControlError(
                "InvalidRequestException",
                f"Missing or invalid ResourceModel property in {version.type_name} list handler request input."
                f"Required property: ({_lines(problems)})",
            )
        try:
            models, next_token = self._driver.list(version, model, data.get("NextToken"))
        except HandlerFailure as failure:
            raise _exception(version, failure) from failure
        answer: Model = {
            "TypeName": version.type_name,
            "ResourceDescriptions": [_description(version, each) for each in models],
        }
        return answer | ({"NextToken": next_token} if next_token else {})

    # --- requests -----------------------------------------------------------------------------------------------

    def get_resource_request_status(self, scope: Scope, data: Model) -> Model:
        return {"ProgressEvent": self._request(scope, data).event()}

    def list_resource_requests(self, scope: Scope, data: Model) -> Model:
        """The newest first."""
        wanted = data.get("ResourceRequestStatusFilter") or {}
        start, size = _page_start(data), int(data.get("MaxResults") or _PAGE)
        found = [
            request.event()
            for request in reversed(self._requests.values())
            if request.scope == scope
            and request.operation in (wanted.get("Operations") or [request.operation])
            and request.status in (wanted.get("OperationStatuses") or [request.status])
        ]
        answer: Model = {"ResourceRequestStatusSummaries": found[start : start + size]}
        return answer | ({"NextToken": str(start + size)} if start + size < len(found) else {})

    def cancel_resource_request(self, scope: Scope, data: Model) -> Model:
        """The call of the handler that goes on is the last one. What the calls did is not undone."""
        request = self._request(scope, data)
        with self._lock:
            if request.status in _ENDED:
                raise CloudControlError(
                    "ConcurrentModificationException",
                    f"The request with the token {request.token} cannot be cancelled: its status is {request.status}. "
                    "Only a request that is PENDING or IN_PROGRESS can.",
                )
            request.change(status="CANCEL_IN_PROGRESS")
        return {"ProgressEvent": request.event()}

    # --- in detail ----------------------------------------------------------------------------------------------

    def _version(self, scope: Scope, data: Model, action: str) -> Version:
        type_name = _required(data, "TypeName")
        if data.get("RoleArn"):
            raise CloudControlError(
                "ValidationException",
                "Local AWS cannot use RoleArn: handlers get the credentials of the type's execution role.",
            )
        try:
            version = self._registry.version(scope, type_name, data.get("TypeVersionId"))
        except RegistryError as error:
            if ministack.knows_type(type_name) and not self._registry.anywhere(type_name):
                raise CloudControlError(
                    "UnsupportedActionException",
                    f"Local AWS cannot {action} {type_name} by Cloud Control API: only registered types. "
                    "Use the service's own API, or a stack.",
                ) from error
            raise CloudControlError("TypeNotFoundException", f"The type '{type_name}' cannot be found.") from error
        schema = version.package.schema
        if schema.provisioning_type == "NON_PROVISIONABLE" or not schema.handles(action):
            raise CloudControlError(
                "UnsupportedActionException", f"Resource type {type_name} does not support {action} action"
            )
        return version

    def _read(self, version: Version, identifier: str) -> Model:
        desired = version.package.schema.identifier_model(identifier)
        try:
            return self._driver.run(version, Operation("READ", desired, identifier=identifier))
        except HandlerFailure as failure:
            raise _exception(version, failure) from failure

    def _request(self, scope: Scope, data: Model) -> ResourceRequest:
        token = _required(data, "RequestToken")
        request = self._requests.get(token)
        if request is None or request.scope != scope:
            raise CloudControlError("RequestTokenNotFoundException", f"Request with token {token} was not found")
        return request

    def _known(self, scope: Scope, operation: str, data: Model) -> Model | None:
        """The answer to a request that repeats an earlier one, by its client token; None if there was no such one."""
        token = data.get("ClientToken")
        known = self._by_client_token.get((scope, token)) if token else None
        if known is None:
            return None
        if known.content != _content(operation, data):
            raise CloudControlError(
                "ClientTokenConflictException",
                f"ClientToken {token} is already associated with an existing operation with RequestToken {known.token}",
            )
        return {"ProgressEvent": known.event()}

    def _start(
        self,
        scope: Scope,
        data: Model,
        version: Version,
        operation: Operation,
        identifier: str | None,
        model: Model | None = None,
    ) -> Model:
        action = operation.action
        request = ResourceRequest(
            scope, version.type_name, action, operation.token, _content(action, data), identifier, model=model
        )
        with self._lock:
            known = self._known(scope, action, data)
            if known:
                return known
            other = next((each for each in self._requests.values() if _clashes(each, request)), None)
            if other:
                raise CloudControlError(
                    "ConcurrentOperationException",
                    f"Another operation is in progress on the resource {identifier} of the type {request.type_name}, "
                    f"with the RequestToken {other.token}",
                )
            self._requests[request.token] = request
            if data.get("ClientToken"):
                self._by_client_token[scope, data["ClientToken"]] = request
        answer = {"ProgressEvent": request.event()}
        threading.Thread(target=self._run, args=(version, operation, request), daemon=True).start()
        return answer

    def _run(self, version: Version, operation: Operation, request: ResourceRequest) -> None:
        schema = version.package.schema

        def progress(event: Model, identifier: str | None) -> None:
            with self._lock:
                request.change(identifier=identifier, message=event.get("message") or "")
                if operation.action == "UPDATE":
                    request.change(model=paths.without(event["resourceModel"], schema.write_only))

        observed = replace(operation, progress=progress, cancelled=lambda: request.status == "CANCEL_IN_PROGRESS")
        try:
            model = self._driver.run(version, observed)
            identifier = schema.identifier(model) or request.identifier
            outcome: Model = {"status": "SUCCESS", "identifier": identifier, "message": ""}
        except Cancelled:
            outcome = {"status": "CANCEL_COMPLETE"}
        except HandlerFailure as failure:
            code = _UNKNOWN_CODES.get(failure.code, failure.code)
            outcome = {"status": "FAILED", "error_code": code, "message": failure.message}
            outcome["identifier"] = failure.identifier or request.identifier
        except Exception as error:
            logger.exception("%s of %s ended by an error of local AWS", operation.action, request.type_name)
            outcome = {"status": "FAILED", "error_code": "InternalFailure", "message": f"Local AWS failed: {error}"}
        with self._lock:
            request.change(**outcome, model=None)


def _clashes(other: ResourceRequest, request: ResourceRequest) -> bool:
    return (
        other.status not in _ENDED
        and request.identifier is not None
        and (other.scope, other.type_name, other.identifier) == (request.scope, request.type_name, request.identifier)
    )


def _content(operation: str, data: Model) -> Model:
    return {**data, "ClientToken": None, "Operation": operation}


def _required(data: Model, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise CloudControlError("ValidationException", f"{name} is required")
    return value


def _page_start(data: Model) -> int:
    token = data.get("NextToken") or "0"
    if not token.isdigit():
        raise CloudControlError("ValidationException", "NextToken is not one that was given out")
    return int(token)


def _json_object(data: Model, name: str) -> Model:
    try:
        value = json.loads(_required(data, name))
    except ValueError as error:
        raise CloudControlError("InvalidRequestException", f"{name} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise CloudControlError("InvalidRequestException", f"{name} is not a JSON object")
    return value


def _identifier(schema: TypeSchema, data: Model) -> str:
    """The primary identifier, which may also be written as JSON."""
    text = _required(data, "Identifier")
    if text.startswith("{"):
        identifier = schema.identifier(schema.typed(_json_object(data, "Identifier")))
        if identifier is not None:
            return identifier
    elif len(schema.primary) == 1 or len(text.split("|")) == len(schema.primary):
        return text
    names = ", ".join(paths.pointer(path) for path in schema.primary)
    raise CloudControlError(
        "ValidationException",
        f"Local AWS cannot find a resource of {schema.name} by {text}, only by its primary identifier [{names}].",
    )


def _patched(current: Model, document: str) -> Model:
    try:
        operations = json.loads(document)
        if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
            raise ValueError("it is not a list of operations")
    except ValueError as error:
        raise CloudControlError("ValidationException", f"Invalid patch document: {error}") from error
    patched: Any = current
    for operation in operations:
        try:
            patched = jsonpatch.apply_patch(patched, [_with_pointers(operation)])
        except (jsonpatch.JsonPatchConflict, jsonpointer.JsonPointerException) as error:
            # "[REPLACE Operation] noSuchPath in source, path provided : //Code"
            name = str(operation.get("op")).upper()
            raise CloudControlError(
                "ValidationException",
                f"[{name} Operation] noSuchPath in source, path provided : {operation.get('path')}",
            ) from error
        except (jsonpatch.JsonPatchException, TypeError) as error:
            raise CloudControlError("ValidationException", f"Invalid patch document: {error}") from error
    if not isinstance(patched, dict):
        raise CloudControlError("ValidationException", "Invalid patch document: its result is not an object")
    return patched


def _with_pointers(operation: Model) -> Model:
    """The User Guide of Cloud Control API writes a path without its first slash: `"path": "RetentionInDays"`."""
    return {
        key: f"/{value}"
        if key in ("path", "from") and isinstance(value, str) and value and not value.startswith("/")
        else value
        for key, value in operation.items()
    }


def _validate(schema: TypeSchema, model: Model, read_only: list[str] | None = None) -> None:
    """AWS names several violations in lines of their own."""
    if read_only:
        raise CloudControlError(
            "ValidationException", f"Encountered readonly properties in the model: [{', '.join(read_only)}]"
        )
    problems = schema.problems_of_input(model)
    if problems:
        raise CloudControlError("ValidationException", f"Model validation failed ({_lines(problems)})")


def _lines(problems: list[str]) -> str:
    return "\n".join(problems)


def _not_updatable(kind: str, changed: list[paths.Path]) -> str:
    names = ", ".join(paths.pointer(path) for path in changed)
    return f"Invalid patch update: {kind} [{names}] cannot be updated"


def _description(version: Version, model: Model) -> Model:
    return {"Identifier": version.package.schema.identifier(model), "Properties": json.dumps(model)}


def _exception(version: Version, failure: HandlerFailure) -> CloudControlError:
    if isinstance(failure, NoValidAnswer):
        return CloudControlError("PrivateTypeException", failure.message)
    code = _UNKNOWN_CODES.get(failure.code, failure.code)
    text = f"{failure.message} (HandlerErrorCode: {failure.code}, RequestToken: {failure.token})"
    return CloudControlError(
        _EXCEPTIONS.get(code, f"{code}Exception"), f"{version.type_name} Handler returned status FAILED: {text}"
    )
