"""The contract between CloudFormation and a handler: the rules that every answer of a handler is held to.

Pure. Each rule has a name, which is the first word of a breach's sentence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import paths
from .type_schema import Model, TypeSchema

RETRIABLE = frozenset({"ResourceConflict", "Throttling", "ServiceInternalError", "NetworkFailure"})
ERROR_CODES = RETRIABLE | {
    "NotUpdatable",
    "InvalidRequest",
    "AccessDenied",
    "InvalidCredentials",
    "AlreadyExists",
    "NotFound",
    "ServiceLimitExceeded",
    "NotStabilized",
    "GeneralServiceException",
    "InternalFailure",
    "InvalidTypeConfiguration",
    "HandlerInternalFailure",
}
_ONLY_FOR = {"NotUpdatable": "UPDATE", "AlreadyExists": "CREATE"}
_FINAL_AT_ONCE = ("READ", "LIST")
_MEGABYTES_6 = 6 * 1024 * 1024
#: the largest model and the largest callback context, by protocol version
_SIZES = {"1.0.0": (16 * 1024, 8 * 1024), "2.0.0": (_MEGABYTES_6, _MEGABYTES_6)}


@dataclass(frozen=True)
class Asked:
    """What a handler was asked, as far as its answer must agree with it."""

    action: str
    schema: TypeSchema
    protocol: str
    #: what the template asks for; the answer must hold it
    requested: Model
    #: the identifier of the request, or the one that an earlier answer of this operation gave
    identifier: str | None


def breaches(asked: Asked, event: Any) -> list[str]:
    """Which rules the answer breaks, each as `rule-name: what is wrong`."""
    if not isinstance(event, dict):
        return [f"answer-is-event: a handler answers with a JSON object, not with {_short(event)}"]
    found: list[str] = []
    status = event.get("status")
    if status == "SUCCESS":
        found += _success(asked, event)
    elif status == "FAILED":
        found += _failed(asked, event)
    elif status == "IN_PROGRESS":
        found += _in_progress(asked, event)
    else:
        found.append(f"status-known: the status is {_short(status)}; IN_PROGRESS, SUCCESS and FAILED are allowed")
    return found + _members(asked, event) + _models(asked, event)


def _success(asked: Asked, event: Model) -> list[str]:
    found = []
    if "errorCode" in event:
        found.append("success-without-error-code: SUCCESS comes without errorCode, not even null")
    if event.get("callbackDelaySeconds", 0) != 0 or event.get("callbackDelaySeconds", 0) is None:
        found.append("success-without-delay: SUCCESS comes without callbackDelaySeconds (0 is allowed, null is not)")
    model = event.get("resourceModel")
    if asked.action == "DELETE":
        if "resourceModel" in event:
            found.append("delete-without-model: SUCCESS of DELETE has no resourceModel, not even null")
    elif asked.action == "LIST":
        if not isinstance(event.get("resourceModels"), list):
            found.append("list-of-models: SUCCESS of LIST has resourceModels, an array, empty if there is nothing")
    elif not isinstance(model, dict):
        found.append(f"success-with-model: SUCCESS of {asked.action} has the full resourceModel")
    elif asked.schema.identifier(model) is None:
        found.append(f"success-with-identifier: the model of SUCCESS lacks the primary identifier {_primary(asked)}")
    elif asked.action in ("CREATE", "UPDATE"):
        missing = asked.schema.missing_from(asked.requested, model)
        if missing:
            found.append(
                "output-equals-input: SUCCESS returns every requested property unchanged; "
                f"missing or different: {', '.join(missing)}"
            )
    return found


def _failed(asked: Asked, event: Model) -> list[str]:
    found = []
    code = event.get("errorCode")
    if code not in ERROR_CODES:
        found.append(f"failed-with-error-code: FAILED comes with one of the known error codes, not {_short(code)}")
    elif _ONLY_FOR.get(code, asked.action) != asked.action:
        found.append(f"error-code-for-action: {code} is an answer to {_ONLY_FOR[code]} only, not to {asked.action}")
    if event.get("callbackDelaySeconds"):
        found.append("failed-without-delay: FAILED is final, it comes without callbackDelaySeconds")
    if event.get("resourceModels") is not None:
        found.append("failed-without-models: FAILED comes without resourceModels")
    model = event.get("resourceModel")
    lost = asked.action == "CREATE" and asked.identifier and asked.schema.identifier(_dict(model)) is None
    if lost:
        found.append(
            "failed-keeps-identifier: only the first event of CREATE may lack the primary identifier; "
            f"{asked.identifier} was given before"
        )
    return found


def _in_progress(asked: Asked, event: Model) -> list[str]:
    if asked.action in _FINAL_AT_ONCE:
        return [f"read-and-list-at-once: {asked.action} answers SUCCESS or FAILED, never IN_PROGRESS"]
    found = []
    if event.get("errorCode") is not None:
        found.append("in-progress-without-error-code: IN_PROGRESS comes without errorCode")
    if event.get("resourceModels") is not None:
        found.append("in-progress-without-models: IN_PROGRESS comes without resourceModels")
    if asked.schema.identifier(_dict(event.get("resourceModel"))) is None:
        found.append(
            f"in-progress-with-identifier: IN_PROGRESS of {asked.action} has a model with the primary identifier "
            f"{_primary(asked)}"
        )
    delay = event.get("callbackDelaySeconds", 0)
    if isinstance(delay, int) and not isinstance(delay, bool) and delay < 0:
        found.append("delay-allows-callback: a negative callbackDelaySeconds means that no call follows")
    return found


def _members(asked: Asked, event: Model) -> list[str]:
    """Types and sizes of the event's members, whatever the status."""
    found = []
    delay = event.get("callbackDelaySeconds", 0)
    if delay is not None and (isinstance(delay, bool) or not isinstance(delay, int)):
        found.append(f"delay-is-integer: callbackDelaySeconds is {_short(delay)}")
    if not isinstance(event.get("message", ""), str) and event.get("message") is not None:
        found.append(f"message-is-text: message is {_short(event['message'])}")
    context = event.get("callbackContext")
    if context is not None and not isinstance(context, dict):
        found.append(f"context-is-object: callbackContext is {_short(context)}")
    token = event.get("nextToken")
    if token is not None and not isinstance(token, str):
        found.append(f"next-token-is-text: nextToken is {_short(token)}")
    model_size, context_size = _SIZES[asked.protocol]
    for name, limit in (("resourceModel", model_size), ("callbackContext", context_size)):
        size = len(json.dumps(event.get(name)))
        if size > limit:
            found.append(f"size: {name} has {size} bytes; protocol {asked.protocol} takes {limit}")
    return found


def _models(asked: Asked, event: Model) -> list[str]:
    """What holds for every model in an event."""
    found = []
    many = event.get("resourceModels")
    models = [model for model in (event.get("resourceModel"), *(many if isinstance(many, list) else [])) if model]
    for model in models:
        if not isinstance(model, dict):
            found.append(f"model-is-object: the model is {_short(model)}")
            continue
        if event.get("status") == "SUCCESS":
            empty = paths.nulls(model)
            if empty:
                found.append(f"no-nulls: a model of SUCCESS holds no null; null is at {', '.join(empty)}")
            secret = [paths.pointer(path) for path in asked.schema.write_only if paths.values(model, path)]
            if secret:
                found.append(f"no-write-only: SUCCESS returns no write-only property, but {', '.join(secret)}")
        wrong = [] if paths.nulls(model) else asked.schema.problems_of_answer(asked.schema.typed(model))
        if wrong:
            found.append(f"model-in-schema: the model does not fit the schema: {'; '.join(wrong)}")
    for model in many if isinstance(many, list) else []:
        if asked.schema.identifier(_dict(model)) is None:
            found.append(f"list-with-identifiers: a model of LIST lacks the primary identifier {_primary(asked)}")
    given = asked.schema.identifier(_dict(event.get("resourceModel")))
    if asked.identifier and given and given != asked.identifier:
        found.append(f"identifier-is-constant: the primary identifier was {asked.identifier}, the answer has {given}")
    return found


def _dict(value: Any) -> Model:
    return value if isinstance(value, dict) else {}


def _primary(asked: Asked) -> str:
    return ", ".join(paths.pointer(path) for path in asked.schema.primary)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."
