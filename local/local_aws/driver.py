"""Drives the handlers of a registered type by the wire contract, as CloudFormation does.

One `run` is one operation on one resource: the first invocation and every re-invocation until a final answer.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import contract
from .credentials import RoleError, Roles
from .functions import Clock, Functions, Reply
from .registry import Version
from .settings import Settings
from .type_schema import Model

#: how often an operation begins again after a retriable failure
RETRIES = 3
#: how many calls in a row may give no answer in time
SILENT_CALLS = 3

logger = logging.getLogger("local_aws.driver")


class HandlerFailure(Exception):
    """An operation that failed, in the words that a stack event shows."""

    def __init__(self, code: str, message: str, token: str, identifier: str | None = None) -> None:
        super().__init__(
            f'Resource handler returned message: "{message}" (RequestToken: {token}, HandlerErrorCode: {code})'
        )
        self.code = code
        self.message = message
        self.token = token
        self.identifier = identifier


class NoValidAnswer(HandlerFailure):
    """The handler gave no answer, or none that fulfils the contract."""


class Cancelled(Exception):
    """The operation was cancelled between two calls of the handler. What they did is not undone."""

    def __init__(self, identifier: str | None) -> None:
        super().__init__("cancelled")
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
    #: whether a stack rolls back; None outside of stacks
    rollback: bool | None = None
    #: of the page that LIST continues with
    next_token: str | None = None
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    #: called with each event of IN_PROGRESS and the identifier that is known by then
    progress: Callable[[Model, str | None], None] = lambda _event, _identifier: None
    #: asked before each further call
    cancelled: Callable[[], bool] = lambda: False


class Driver:
    def __init__(self, settings: Settings, functions: Functions, roles: Roles, clock: Clock) -> None:
        self._settings = settings
        self._functions = functions
        self._roles = roles
        self._clock = clock

    def run(self, version: Version, operation: Operation) -> Model:
        """The model of SUCCESS (empty for DELETE)."""
        return self._event(version, operation).get("resourceModel") or {}

    def read(self, version: Version, identifier: str, logical_id: str = "", stack_id: str = "") -> Model | None:
        """The model of what exists; None when the handler says that nothing does."""
        desired = version.package.schema.identifier_model(identifier)
        operation = Operation("READ", desired, identifier=identifier, logical_id=logical_id, stack_id=stack_id)
        try:
            return self.run(version, operation)
        except HandlerFailure as failure:
            if failure.code == "NotFound":
                return None
            raise

    def list(self, version: Version, model: Model, next_token: str | None) -> tuple[list[Model], str | None]:
        """A page of what exists, and the token of the next one. `model` selects, as the type's list handler has it."""
        event = self._event(version, Operation("LIST", model, next_token=next_token))
        return event["resourceModels"], event.get("nextToken")

    def _event(self, version: Version, operation: Operation) -> Model:
        """The event of SUCCESS."""
        return _Run(self._settings, self._functions, self._roles, self._clock, version, operation).to_the_end()


class _Run:
    def __init__(
        self,
        settings: Settings,
        functions: Functions,
        roles: Roles,
        clock: Clock,
        version: Version,
        operation: Operation,
    ) -> None:
        self.settings = settings
        self.functions = functions
        self.roles = roles
        self.clock = clock
        self.version = version
        self.operation = operation
        self.schema = version.package.schema
        self.identifier = operation.identifier
        self.last_message = ""
        minutes = self.schema.timeout_minutes(operation.action)
        self.deadline = clock.now() + minutes * 60

    def failure(self, code: str, message: str) -> HandlerFailure:
        return HandlerFailure(code, message, self.operation.token, self.identifier)

    def no_valid_answer(self, message: str) -> HandlerFailure:
        return NoValidAnswer("InternalFailure", message, self.operation.token, self.identifier)

    def to_the_end(self) -> Model:
        desired, context, retries = self.operation.desired, None, 0
        while True:
            event = self.checked(self.reply(desired, context))
            message = event.get("message") or ""
            if event["status"] == "SUCCESS":
                return event
            if event["status"] == "FAILED":
                code = event["errorCode"]
                if code not in contract.RETRIABLE or retries == RETRIES:
                    raise self.failure(code, message)
                # CloudFormation begins again, with the first model, no context and the same token
                desired, context = self.operation.desired, None
                logger.info("%s of %s is repeated after %s: %s", self.operation.action, self.identifier, code, message)
                self.wait(self.settings.retry_seconds * 2**retries)
                retries += 1
                self.check_cancelled()
                continue
            # the model of IN_PROGRESS is the next call's desired state
            desired, context = event["resourceModel"], event.get("callbackContext")
            self.last_message = message
            self.operation.progress(event, self.identifier)
            self.wait(event.get("callbackDelaySeconds") or 0)
            self.check_cancelled()

    def check_cancelled(self) -> None:
        if self.operation.cancelled():
            raise Cancelled(self.identifier)

    def wait(self, seconds: float) -> None:
        left = self.deadline - self.clock.now()
        if seconds > left:
            self.clock.sleep(max(0.0, left))
            last = f'; its last message was "{self.last_message}"' if self.last_message else ""
            raise self.failure(
                "NotStabilized",
                "Resource timed out waiting for completion: not done within "
                f"{self.schema.timeout_minutes(self.operation.action)} minutes{last}",
            )
        self.clock.sleep(seconds)

    def reply(self, desired: Model, context: Model | None) -> Reply:
        """Calls the handler until it answers in time.

        A call that gives no answer in time goes on: nobody ends it, and what it answers later is lost. CloudFormation
        repeats it meanwhile with the same model and the same callback context, so two calls can overlap.
        """
        action = self.operation.action
        limit = self.settings.handler_seconds / (2 if action in ("READ", "LIST") else 1)
        for _ in range(SILENT_CALLS):
            call = self.functions.start(self.version, self.request(desired, context))
            if not self.clock.wait(call, limit):
                logger.warning("The %s handler gave no answer within %g s: it is called again", action, limit)
                continue
            try:
                return call.result()
            except Exception as error:
                raise self.no_valid_answer(f"The {action} handler could not be called: {error}") from error
        raise self.no_valid_answer(
            f"The {action} handler gave no answer within {limit:g} s, {SILENT_CALLS} times in a row; "
            f"its log is /aws/lambda/{self.version.function}",
        )

    def checked(self, reply: Reply) -> Model:
        """The event that a handler answered, which fulfils the contract."""
        action = self.operation.action
        if reply.crashed:
            raise self.no_valid_answer(_crash(action, reply.payload, self.version.function))
        try:
            event = json.loads(reply.payload)
        except ValueError:
            raise self.no_valid_answer(f"The {action} handler did not answer with JSON") from None
        asked = contract.Asked(
            action, self.schema, self.version.package.protocol, self.operation.requested, self.identifier
        )
        broken = contract.breaches(asked, event)
        if isinstance(event, dict) and isinstance(event.get("resourceModel"), dict):
            given = self.schema.identifier(event["resourceModel"])
            if self.identifier is None or action == "CREATE":
                self.identifier = given or self.identifier
        if broken:
            own = event.get("message") if isinstance(event, dict) else None
            said = f" (the handler said: {own})" if own else ""
            raise self.no_valid_answer(f"The {action} handler broke the contract: {' | '.join(broken)}{said}")
        answer: Model = event
        return answer

    def request(self, desired: Model, context: Model | None) -> Model:
        operation, version = self.operation, self.version
        data: Model = {
            "logicalResourceId": operation.logical_id or None,
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
            "bearerToken": operation.token,
            "resourceType": version.type_name,
            "resourceTypeVersion": version.id,
            "stackId": operation.stack_id or None,
            "callbackContext": context,
            "nextToken": operation.next_token,
            "snapshotRequested": False if operation.stack_id else None,
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
    return f"The {action} handler crashed: {text[:1000]}; its log is /aws/lambda/{function}"
