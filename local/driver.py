"""Drives the handlers of a registered type by the wire contract, as CloudFormation does.

One `run` is one operation on one resource: the first invocation and every re-invocation until a final answer.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import contract
from .clients import Clients
from .credentials import RoleError, Roles
from .registry import Version
from .settings import Settings
from .type_schema import Model

RETRIES = 3

logger = logging.getLogger("local.driver")


class HandlerFailure(Exception):
    """An operation that failed, in the words that a stack event shows."""

    def __init__(self, code: str, message: str, token: str, identifier: str | None = None) -> None:
        super().__init__(
            f'Resource handler returned message: "{message}" (RequestToken: {token}, HandlerErrorCode: {code})'
        )
        self.code = code
        self.identifier = identifier


@dataclass(frozen=True)
class Operation:
    action: str
    desired: Model
    #: what the template asks for, without the identifier: what SUCCESS must return
    requested: Model = field(default_factory=dict)
    previous: Model | None = None
    identifier: str | None = None
    stack_id: str = ""
    stack_name: str = ""
    logical_id: str = ""
    stack_tags: dict[str, str] = field(default_factory=dict)
    rollback: bool = False
    #: told of each new message and of the identifier, as soon as there is one
    progress: Callable[[str, str | None], None] = lambda _message, _identifier: None


class Driver:
    def __init__(self, settings: Settings, clients: Clients, roles: Roles) -> None:
        self._settings = settings
        self._clients = clients
        self._roles = roles

    def run(self, version: Version, operation: Operation) -> Model:
        """The model of SUCCESS (empty for DELETE)."""
        return _Run(self._settings, self._clients, self._roles, version, operation).to_the_end()

    def read(self, version: Version, identifier: str, logical_id: str = "", stack_id: str = "") -> Model | None:
        """The model of what exists; None when the handler says that nothing does."""
        desired = version.package.schema.identifier_model(identifier)
        try:
            return self.run(
                version,
                Operation("READ", desired, identifier=identifier, logical_id=logical_id, stack_id=stack_id),
            )
        except HandlerFailure as failure:
            if failure.code == "NotFound":
                return None
            raise


class _Run:
    def __init__(
        self, settings: Settings, clients: Clients, roles: Roles, version: Version, operation: Operation
    ) -> None:
        self.settings = settings
        self.clients = clients
        self.roles = roles
        self.version = version
        self.operation = operation
        self.schema = version.package.schema
        self.token = str(uuid.uuid4())
        self.identifier = operation.identifier
        self.told = ""
        minutes = self.schema.timeout_minutes(operation.action)
        self.deadline = time.monotonic() + minutes * settings.minute_seconds

    def failure(self, code: str, message: str) -> HandlerFailure:
        return HandlerFailure(code, message, self.token, self.identifier)

    def to_the_end(self) -> Model:
        desired, context, retries = self.operation.desired, None, 0
        while True:
            event = self.invoke(desired, context)
            if event["status"] == "SUCCESS":
                return event.get("resourceModel") or {}
            if event["status"] == "FAILED":
                code, message = event["errorCode"], event.get("message") or ""
                if code not in contract.RETRIABLE or retries == RETRIES:
                    raise self.failure(code, message)
                # CloudFormation begins again, with the first model, no context and the same token
                desired, context = self.operation.desired, None
                self.tell(f"{code}: {message} (will be tried again)")
                self.wait(self.settings.retry_seconds * 2**retries)
                retries += 1
                continue
            # the model of IN_PROGRESS is the next call's desired state
            desired, context = event["resourceModel"], event.get("callbackContext")
            self.tell(event.get("message") or "")
            self.wait(event.get("callbackDelaySeconds") or 0)

    def tell(self, message: str) -> None:
        if message != self.told or not self.told:
            self.told = message
            self.operation.progress(message, self.identifier)

    def wait(self, seconds: float) -> None:
        left = self.deadline - time.monotonic()
        if seconds > left:
            time.sleep(max(0.0, left))
            last = f'; its last message was "{self.told}"' if self.told else ""
            raise self.failure(
                "NotStabilized",
                "Resource timed out waiting for completion: not done within "
                f"{self.schema.timeout_minutes(self.operation.action)} minutes{last}",
            )
        time.sleep(seconds)

    def invoke(self, desired: Model, context: Model | None) -> Model:
        """One call of the handler; its answer, which holds the contract."""
        action = self.operation.action
        seconds = self.settings.handler_seconds
        started = time.monotonic()
        event = self.call(self.request(desired, context))
        asked = contract.Asked(
            action,
            self.schema,
            self.version.package.protocol,
            self.operation.requested,
            self.identifier,
            time.monotonic() - started,
            seconds / 2 if action in ("READ", "LIST") else seconds,
        )
        broken = contract.breaches(asked, event)
        if isinstance(event, dict) and isinstance(event.get("resourceModel"), dict):
            given = self.schema.identifier(event["resourceModel"])
            if self.identifier is None or action == "CREATE":
                self.identifier = given or self.identifier
        if broken:
            own = event.get("message") if isinstance(event, dict) else None
            said = f" (the handler said: {own})" if own else ""
            raise self.failure(
                "InternalFailure", f"The {action} handler broke the contract: {' | '.join(broken)}{said}"
            )
        answer: Model = event
        return answer

    def call(self, request: Model) -> Any:
        """The answer of the Lambda function, whatever JSON it is."""
        client = self.clients.get("lambda", self.version.scope)
        action = self.operation.action
        try:
            answer = client.invoke(FunctionName=self.version.function, Payload=json.dumps(request).encode())
        except client.exceptions.ClientError as error:
            raise self.failure("InternalFailure", f"The {action} handler could not be invoked: {error}") from error
        payload = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise self.failure("InternalFailure", _crash(action, payload, self.version.function))
        try:
            return json.loads(payload)
        except ValueError:
            raise self.failure("InternalFailure", f"The {action} handler did not answer with JSON") from None

    def request(self, desired: Model, context: Model | None) -> Model:
        operation, version = self.operation, self.version
        data: Model = {
            "logicalResourceId": operation.logical_id,
            "resourceProperties": self.written(desired),
            "systemTags": _system_tags(operation),
            "stackTags": operation.stack_tags,
            **self.authority(),
        }
        if operation.previous is not None:
            data["previousResourceProperties"] = self.written(operation.previous)
        return {
            "action": operation.action,
            "awsAccountId": version.scope.account,
            "region": version.scope.region,
            "bearerToken": self.token,
            "resourceType": version.type_name,
            "resourceTypeVersion": version.id,
            "stackId": operation.stack_id,
            "callbackContext": context,
            "nextToken": None,
            "snapshotRequested": False,
            "rollback": operation.rollback,
            "driftable": True,
            "requestData": data,
        }

    def authority(self) -> Model:
        """Credentials of the type's roles. A type without an execution role gets none."""
        version = self.version
        found: Model = {}
        try:
            if version.role_arn:
                found["callerCredentials"] = self.roles.credentials(version.scope, version.role_arn, version.arn)
            if version.logging:
                found["providerCredentials"] = self.roles.credentials(
                    version.scope, version.logging.role_arn, version.arn
                )
                found["providerLogGroupName"] = version.logging.group
        except RoleError as error:
            raise self.failure("AccessDenied", str(error)) from error
        return found

    def written(self, model: Any) -> Any:
        if not self.settings.string_scalars:
            return model
        if isinstance(model, dict):
            return {key: self.written(value) for key, value in model.items()}
        if isinstance(model, list):
            return [self.written(value) for value in model]
        return str(model).lower() if isinstance(model, bool) else str(model)


def _system_tags(operation: Operation) -> dict[str, str]:
    if not operation.stack_id:
        return {}
    return {
        "aws:cloudformation:stack-name": operation.stack_name,
        "aws:cloudformation:stack-id": operation.stack_id,
        "aws:cloudformation:logical-id": operation.logical_id,
    }


def _crash(action: str, payload: bytes, function: str) -> str:
    try:
        report = json.loads(payload)
        text = str(report.get("errorMessage", report)) if isinstance(report, dict) else str(report)
    except ValueError:
        text = payload.decode("utf-8", "replace")
    if "timed out" in text:
        return f"The {action} handler gave no answer in time: {text}; its log is /aws/lambda/{function}"
    return f"The {action} handler crashed: {text[:1000]}; its log is /aws/lambda/{function}"
