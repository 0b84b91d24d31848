"""Every rule of the contract: the answer that breaks it, and that it is named. Then a few of them in a stack."""

from __future__ import annotations

from typing import Any

import pytest
from local_aws import contract
from local_aws.type_schema import TypeSchema

import toy
from conftest import Local, thing

SCHEMA = TypeSchema(toy.SCHEMA)
MODEL = {"Id": "thing-1", "Arn": "arn:toy:thing-1", "Name": "one", "Parts": [{"Key": "a"}, {"Key": "b"}]}
REQUESTED = {"Name": "one", "Parts": [{"Key": "b"}, {"Key": "a"}], "Secret": "hush"}


def asked(action: str, **more: Any) -> contract.Asked:
    requested = REQUESTED if action in ("CREATE", "UPDATE") else {}
    identifier = None if action in ("CREATE", "LIST") else "thing-1"
    arguments = {"protocol": "2.0.0", "requested": requested, "identifier": identifier, **more}
    return contract.Asked(action, SCHEMA, **arguments)


def success(**more: Any) -> dict[str, Any]:
    return {"status": "SUCCESS", "resourceModel": MODEL, **more}


def failed(**more: Any) -> dict[str, Any]:
    return {"status": "FAILED", "errorCode": "InvalidRequest", "message": "no", **more}


def progress(**more: Any) -> dict[str, Any]:
    model = {"Id": "thing-1", **REQUESTED}
    return {"status": "IN_PROGRESS", "resourceModel": model, "callbackDelaySeconds": 5, **more}


def model(**more: Any) -> dict[str, Any]:
    return success(resourceModel={**MODEL, **more})


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("CREATE", success()),
        ("CREATE", success(callbackDelaySeconds=0, message="done")),
        ("CREATE", failed()),
        ("CREATE", progress(callbackContext={"a": 1}, message="busy")),
        ("UPDATE", success()),
        ("UPDATE", failed(errorCode="NotUpdatable", resourceModel=MODEL)),
        ("DELETE", {"status": "SUCCESS"}),
        ("DELETE", progress(resourceModel={"Id": "thing-1"})),
        ("READ", success()),
        ("READ", failed(errorCode="NotFound")),
        ("LIST", {"status": "SUCCESS", "resourceModels": [{"Id": "thing-1"}], "nextToken": "more"}),
        ("LIST", {"status": "SUCCESS", "resourceModels": [], "nextToken": None}),
    ],
)
def test_what_holds_the_contract(action: str, answer: dict[str, Any]) -> None:
    assert contract.breaches(asked(action), answer) == []


BREACHES: list[tuple[str, str, Any]] = [
    ("answer-is-event", "CREATE", None),
    ("answer-is-event", "READ", [success()]),
    ("status-known", "CREATE", {}),
    ("status-known", "CREATE", success(status="PENDING")),
    ("read-and-list-at-once", "READ", progress()),
    ("read-and-list-at-once", "LIST", progress()),
    ("success-without-error-code", "CREATE", success(errorCode=None)),
    ("success-without-delay", "CREATE", success(callbackDelaySeconds=5)),
    ("success-without-delay", "CREATE", success(callbackDelaySeconds=None)),
    ("success-with-model", "CREATE", {"status": "SUCCESS"}),
    ("success-with-model", "READ", success(resourceModel=None)),
    ("success-with-identifier", "CREATE", success(resourceModel=REQUESTED)),
    ("success-with-identifier", "READ", model(Id="")),
    ("delete-without-model", "DELETE", success(resourceModel=None)),
    ("delete-without-model", "DELETE", success()),
    ("list-of-models", "LIST", {"status": "SUCCESS"}),
    ("list-with-identifiers", "LIST", {"status": "SUCCESS", "resourceModels": [{"Name": "one"}]}),
    ("output-equals-input", "CREATE", model(Name="other")),
    ("output-equals-input", "UPDATE", model(Parts=[{"Key": "a"}])),
    ("failed-with-error-code", "CREATE", {"status": "FAILED", "message": "no"}),
    ("failed-with-error-code", "CREATE", failed(errorCode="Oops")),
    ("error-code-for-action", "READ", failed(errorCode="NotUpdatable")),
    ("error-code-for-action", "UPDATE", failed(errorCode="AlreadyExists")),
    ("failed-without-delay", "CREATE", failed(callbackDelaySeconds=3)),
    ("failed-without-models", "LIST", failed(resourceModels=[])),
    ("in-progress-without-error-code", "CREATE", progress(errorCode="Throttling")),
    ("in-progress-without-models", "CREATE", progress(resourceModels=[])),
    ("in-progress-with-identifier", "CREATE", progress(resourceModel=REQUESTED)),
    ("in-progress-with-identifier", "DELETE", {"status": "IN_PROGRESS"}),
    ("delay-allows-callback", "CREATE", progress(callbackDelaySeconds=-1)),
    ("delay-is-integer", "CREATE", progress(callbackDelaySeconds=1.5)),
    ("delay-is-integer", "CREATE", progress(callbackDelaySeconds=True)),
    ("message-is-text", "CREATE", failed(message={"a": 1})),
    ("context-is-object", "CREATE", progress(callbackContext="a")),
    ("next-token-is-text", "LIST", {"status": "SUCCESS", "resourceModels": [], "nextToken": 5}),
    ("model-is-object", "READ", success(resourceModel="thing")),
    ("no-nulls", "READ", model(Label=None)),
    ("no-nulls", "LIST", {"status": "SUCCESS", "resourceModels": [{"Id": "x", "Detail": {"Count": None}}]}),
    ("no-write-only", "CREATE", model(Secret="hush")),
    ("no-write-only", "READ", model(Secret="hush")),
    ("model-in-schema", "READ", model(Unknown=1)),
    ("model-in-schema", "READ", model(Kind="OVAL")),
    ("model-in-schema", "CREATE", progress(resourceModel={"Id": "x", "Detail": {"Other": 1}})),
    ("identifier-is-constant", "UPDATE", model(Id="thing-2")),
    ("identifier-is-constant", "DELETE", progress(resourceModel={"Id": "thing-2"})),
    ("size", "CREATE", progress(callbackContext={"big": "x" * 7_000_000})),
]


@pytest.mark.parametrize(("rule", "action", "answer"), BREACHES)
def test_breaches(rule: str, action: str, answer: Any) -> None:
    found = contract.breaches(asked(action), answer)
    assert rule in [breach.split(":")[0] for breach in found], found


def test_breaches_that_depend_on_what_went_before() -> None:
    given = asked("CREATE", identifier="thing-1")
    assert contract.breaches(given, failed())[0].startswith("failed-keeps-identifier")
    assert contract.breaches(given, progress(resourceModel={"Id": "thing-2"}))[0].startswith("identifier-is-constant")
    small = asked("CREATE", protocol="1.0.0")
    assert contract.breaches(small, progress(callbackContext={"big": "x" * 9000}))[0].startswith("size")


def behave(*lines: str) -> dict[str, Any]:
    return {"Thing": thing(Behave=list(lines))}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('CREATE:answer:{"callbackDelaySeconds":3}', "success-without-delay"),
        ('CREATE:model:{"Secret":"x"}', "no-write-only"),
        ("READ:drop:Name", "read-equals-input"),
        ('READ:answer:{"status":"IN_PROGRESS"}', "read-and-list-at-once"),
        ("CREATE:return:null", "answer-is-event"),
        ("CREATE:crash:", "The CREATE handler crashed"),
        ("CREATE:throw:", "The CREATE handler crashed: thrown on purpose"),
    ],
)
def test_a_breach_fails_the_resource_and_names_the_rule(local: Local, stack: str, line: str, expected: str) -> None:
    assert local.deploy(stack, behave(line)) == "ROLLBACK_COMPLETE"
    reason = next(reason for status, reason in local.stack_events(stack) if status == "CREATE_FAILED")
    assert expected in reason
    assert "HandlerErrorCode: InternalFailure" in reason


def test_a_breach_in_delete_fails_the_delete(local: Local, stack: str) -> None:
    local.deploy(stack, behave('DELETE:answer:{"resourceModel":null}'))
    assert local.delete(stack) == "DELETE_FAILED"
    assert "delete-without-model" in local.reasons(stack)
