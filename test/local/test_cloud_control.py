"""Cloud Control API for a registered type."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import toy
from conftest import Local

NAME = "Toy::Test::Thing"
AWS = str(Path(sys.executable).parent / "aws")


def settled(local: Local, answer: dict[str, Any]) -> dict[str, Any]:
    """The last progress event of a request."""
    client = local.client("cloudcontrol")
    until = time.monotonic() + 30
    while True:
        event = client.get_resource_request_status(RequestToken=answer["ProgressEvent"]["RequestToken"])
        found: dict[str, Any] = event["ProgressEvent"]
        if found["OperationStatus"] not in ("PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.02)


def create(local: Local, **properties: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"TypeName": NAME}
    arguments |= {key: properties.pop(key) for key in ("ClientToken", "TypeName") if key in properties}
    state = json.dumps({"Name": "one", **properties})
    answer: dict[str, Any] = local.client("cloudcontrol").create_resource(DesiredState=state, **arguments)
    return answer


def created(local: Local, **properties: Any) -> str:
    event = settled(local, create(local, **properties))
    assert event["OperationStatus"] == "SUCCESS", event
    return str(event["Identifier"])


def update(local: Local, identifier: str, *operations: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = local.client("cloudcontrol").update_resource(
        TypeName=NAME, Identifier=identifier, PatchDocument=json.dumps(operations)
    )
    return answer


def properties(local: Local, identifier: str) -> dict[str, Any]:
    answer = local.client("cloudcontrol").get_resource(TypeName=NAME, Identifier=identifier)
    assert answer["ResourceDescription"]["Identifier"] == identifier
    found: dict[str, Any] = json.loads(answer["ResourceDescription"]["Properties"])
    return found


def test_the_life_of_a_resource_by_the_aws_cli(local: Local, stack: str) -> None:
    def cli(*arguments: str) -> Any:
        command = [AWS, "cloudcontrol", *arguments, "--output", "json"]
        found = subprocess.run(
            command, env={**os.environ, **local.environment}, capture_output=True, text=True, check=False
        )
        assert found.returncode == 0, found.stderr
        return json.loads(found.stdout) if found.stdout else None

    state = {"Name": "one", "Label": stack, "Secret": "hush", "Behave": ["CREATE:rounds:2"]}
    asked = cli("create-resource", "--type-name", NAME, "--desired-state", json.dumps(state))["ProgressEvent"]
    assert (asked["TypeName"], asked["Operation"], asked["OperationStatus"]) == (NAME, "CREATE", "IN_PROGRESS")
    settled(local, {"ProgressEvent": asked})
    event = cli("get-resource-request-status", "--request-token", asked["RequestToken"])["ProgressEvent"]
    assert event["OperationStatus"] == "SUCCESS"
    identifier = event["Identifier"]
    assert [e["callbackContext"] for e in local.handled_with(asked["RequestToken"])] == [
        None,
        {"round": 1},
        {"round": 2},
    ]

    found = cli("get-resource", "--type-name", NAME, "--identifier", identifier)["ResourceDescription"]
    model = {"Id": identifier, "Arn": f"arn:toy:{identifier}", "Size": 1, "Detail": {"Count": 3, "Even": False}}
    behave = {"Name": "one", "Label": stack, "Behave": ["CREATE:rounds:2"]}
    assert json.loads(found["Properties"]) == {**model, **behave}

    patch = [{"op": "add", "path": "/Enabled", "value": True}, {"op": "replace", "path": "Size", "value": 2}]
    more = ("--identifier", identifier, "--patch-document", json.dumps(patch))
    event = settled(local, cli("update-resource", "--type-name", NAME, *more))
    assert event["OperationStatus"] == "SUCCESS"
    assert (properties(local, identifier)["Enabled"], properties(local, identifier)["Size"]) == (True, 2)

    selection = json.dumps({"Label": stack})
    listed = cli("list-resources", "--type-name", NAME, "--resource-model", selection)["ResourceDescriptions"]
    assert [each["Identifier"] for each in listed] == [identifier]

    event = settled(local, cli("delete-resource", "--type-name", NAME, "--identifier", identifier))
    assert (event["Operation"], event["OperationStatus"]) == ("DELETE", "SUCCESS")
    assert local.thing(identifier) is None
    [delete] = local.handled_with(event["RequestToken"])
    assert delete["requestData"]["resourceProperties"] == {"Id": identifier}


def test_a_handler_is_called_outside_of_stacks(local: Local) -> None:
    event = settled(local, create(local))
    [call] = local.handled_with(event["RequestToken"])
    assert [call[key] for key in ("stackId", "rollback", "snapshotRequested")] == [None, None, None]
    assert call["requestData"]["logicalResourceId"] is None
    assert (call["requestData"]["stackTags"], call["requestData"]["systemTags"]) == ({}, {})


def test_the_status_message_is_what_the_handler_says(local: Local) -> None:
    answer = create(local, Behave=["CREATE:rounds:1", 'CREATE:progress:{"callbackDelaySeconds":1}'])
    client = local.client("cloudcontrol")
    until = time.monotonic() + 30
    token = answer["ProgressEvent"]["RequestToken"]
    while "StatusMessage" not in (event := client.get_resource_request_status(RequestToken=token)["ProgressEvent"]):
        assert time.monotonic() < until, event
    assert (event["OperationStatus"], event["StatusMessage"]) == ("IN_PROGRESS", "round 1 of 1")
    assert event["Identifier"].startswith("thing-")
    assert settled(local, answer)["OperationStatus"] == "SUCCESS"


def test_an_update_gets_what_the_read_and_the_patch_make(local: Local) -> None:
    identifier = created(local, Label="old", Secret="hush")
    answer = update(local, identifier, {"op": "replace", "path": "/Label", "value": "new"})
    assert json.loads(answer["ProgressEvent"]["ResourceModel"])["Label"] == "new"
    event = settled(local, answer)
    [call] = local.handled_with(event["RequestToken"])
    wanted, previous = (call["requestData"][key] for key in ("resourceProperties", "previousResourceProperties"))
    assert (wanted["Label"], previous["Label"]) == ("new", "old")
    # nobody can read it, and the patch does not add it
    assert "Secret" not in wanted
    settled(local, update(local, identifier, {"op": "add", "path": "/Secret", "value": "psst"}))
    assert (local.thing(identifier) or {})["Secret"] == "psst"


@pytest.mark.parametrize(
    ("operation", "code", "text"),
    [
        (
            {"op": "replace", "path": "/Name", "value": "two"},
            "NotUpdatableException",
            "createOnlyProperties [/properties/Name]",
        ),
        ({"op": "remove", "path": "/Arn"}, "ValidationException", "readOnlyProperties [/properties/Arn]"),
        ({"op": "replace", "path": "/Kind", "value": "ROUND"}, "ValidationException", "[REPLACE Operation] noSuchPath"),
        ({"op": "remove", "path": "/Parts/0"}, "ValidationException", "[REMOVE Operation] noSuchPath"),
        ({"op": "add", "path": "/Wrong", "value": 1}, "ValidationException", "extraneous key [Wrong] is not permitted"),
        ({"op": "test", "path": "/Label", "value": "other"}, "ValidationException", "Invalid patch document"),
        ({"op": "destroy", "path": "/Label"}, "ValidationException", "Invalid patch document"),
        ({"path": "/Label"}, "ValidationException", "Invalid patch document"),
    ],
)
def test_patches_that_are_refused(local: Local, operation: dict[str, Any], code: str, text: str) -> None:
    identifier = created(local, Label="x")
    with pytest.raises(ClientError) as raised:
        update(local, identifier, operation)
    assert raised.value.response["Error"]["Code"] == code
    assert text in raised.value.response["Error"]["Message"]
    assert (local.thing(identifier) or {})["Label"] == "x"


@pytest.mark.parametrize(
    ("state", "code", "text"),
    [
        ("{", "InvalidRequestException", "DesiredState is not JSON"),
        ("[]", "InvalidRequestException", "DesiredState is not a JSON object"),
        ('{"Size": 0}', "ValidationException", "(#: required key [Name] not found\n#/Size: "),
        ('{"Name": "one", "Id": "mine"}', "ValidationException", "readonly properties in the model: [/properties/Id]"),
    ],
)
def test_desired_states_that_are_refused(local: Local, state: str, code: str, text: str) -> None:
    with pytest.raises(ClientError) as raised:
        local.client("cloudcontrol").create_resource(TypeName=NAME, DesiredState=state)
    assert raised.value.response["Error"]["Code"] == code
    assert text in raised.value.response["Error"]["Message"]


@pytest.mark.parametrize("code", ["AlreadyExists", "InvalidRequest", "ServiceLimitExceeded"])
def test_what_a_handler_refuses_is_the_status_of_the_request(local: Local, code: str) -> None:
    event = settled(local, create(local, Behave=[f"CREATE:fail:{code}"]))
    assert (event["OperationStatus"], event["ErrorCode"], event["StatusMessage"]) == (
        "FAILED",
        code,
        "failed on purpose",
    )


def test_a_failed_create_keeps_its_identifier_for_who_cleans_up(local: Local) -> None:
    event = settled(local, create(local, Behave=["CREATE:rounds:1", "CREATE:fail-late:NotStabilized"]))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "NotStabilized")
    assert local.thing(event["Identifier"]) is not None


def test_what_does_not_exist(local: Local) -> None:
    client = local.client("cloudcontrol")
    with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
        client.get_resource(TypeName=NAME, Identifier="thing-nowhere")
    assert str(raised.value.response["Message"]).startswith(
        f"{NAME} Handler returned status FAILED: no thing thing-nowhere (HandlerErrorCode: NotFound, RequestToken: "
    )
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        update(local, "thing-nowhere", {"op": "add", "path": "/Label", "value": "x"})
    event = settled(local, client.delete_resource(TypeName=NAME, Identifier="thing-nowhere"))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "NotFound")
    with pytest.raises(client.exceptions.RequestTokenNotFoundException):
        client.get_resource_request_status(RequestToken="nothing")
    for name in ("Toy::Test::Nothing", "AWS::Nothing::Thing"):
        with pytest.raises(client.exceptions.TypeNotFoundException, match=f"The type '{name}' cannot be found"):
            create(local, TypeName=name)


def test_a_read_that_breaks_the_contract(local: Local) -> None:
    identifier = created(local, Behave=['READ:answer:{"status":"IN_PROGRESS"}'])
    client = local.client("cloudcontrol")
    with pytest.raises(client.exceptions.PrivateTypeException, match="read-and-list-at-once"):
        client.get_resource(TypeName=NAME, Identifier=identifier)


def test_actions_that_a_type_lacks(local: Local, stack: str) -> None:
    client = local.client("cloudcontrol")
    document = toy.schema(f"Toy::Test::{stack[6:]}")
    del document["handlers"]["list"]
    local.register(document)
    with pytest.raises(client.exceptions.UnsupportedActionException, match="does not support LIST action"):
        client.list_resources(TypeName=document["typeName"])
    del document["handlers"]["read"]
    version = local.register(document)["TypeVersionArn"].rsplit("/", 1)[-1]
    state = json.dumps({"Name": "one"})
    with pytest.raises(client.exceptions.UnsupportedActionException, match="does not support CREATE action"):
        client.create_resource(TypeName=document["typeName"], TypeVersionId=version, DesiredState=state)
    assert settled(local, create(local, TypeName=document["typeName"]))["OperationStatus"] == "SUCCESS"


def test_what_local_aws_cannot_do_is_refused(local: Local) -> None:
    client = local.client("cloudcontrol")
    with pytest.raises(client.exceptions.UnsupportedActionException, match="Local AWS cannot CREATE AWS::S3::Bucket"):
        create(local, TypeName="AWS::S3::Bucket")
    with pytest.raises(ClientError, match="only by its primary identifier"):
        client.get_resource(TypeName=NAME, Identifier='{"Arn":"arn:toy:x"}')
    with pytest.raises(ClientError, match="Local AWS cannot use RoleArn"):
        client.get_resource(TypeName=NAME, Identifier="x", RoleArn="arn:aws:iam::123456789012:role/mine")


def test_client_tokens(local: Local, stack: str) -> None:
    client = local.client("cloudcontrol")
    first = create(local, Label=stack, ClientToken=stack)
    again = create(local, Label=stack, ClientToken=stack)
    token = first["ProgressEvent"]["RequestToken"]
    assert again["ProgressEvent"]["RequestToken"] == token
    settled(local, first)
    assert (
        len(client.list_resources(TypeName=NAME, ResourceModel=json.dumps({"Label": stack}))["ResourceDescriptions"])
        == 1
    )
    with pytest.raises(client.exceptions.ClientTokenConflictException) as raised:
        create(local, Label="other", ClientToken=stack)
    expected = f"ClientToken {stack} is already associated with an existing operation with RequestToken {token}"
    assert raised.value.response["Message"] == expected


def test_one_operation_at_a_time_and_its_cancellation(local: Local) -> None:
    client = local.client("cloudcontrol")
    answer = create(local, Behave=["CREATE:rounds:9", 'CREATE:progress:{"callbackDelaySeconds":1}'])
    token = answer["ProgressEvent"]["RequestToken"]
    until = time.monotonic() + 30
    while "Identifier" not in (event := client.get_resource_request_status(RequestToken=token)["ProgressEvent"]):
        assert time.monotonic() < until, event
    identifier = event["Identifier"]
    with pytest.raises(client.exceptions.ConcurrentOperationException, match=token):
        client.delete_resource(TypeName=NAME, Identifier=identifier)

    cancelled = client.cancel_resource_request(RequestToken=token)["ProgressEvent"]
    assert cancelled["OperationStatus"] == "CANCEL_IN_PROGRESS"
    assert settled(local, answer)["OperationStatus"] == "CANCEL_COMPLETE"
    # what the handler did is not undone
    assert local.thing(identifier) is not None
    with pytest.raises(client.exceptions.ConcurrentModificationException, match="its status is CANCEL_COMPLETE"):
        client.cancel_resource_request(RequestToken=token)
    assert settled(local, client.delete_resource(TypeName=NAME, Identifier=identifier))["OperationStatus"] == "SUCCESS"


def test_lists_are_read_page_by_page(local: Local, stack: str) -> None:
    client = local.client("cloudcontrol")
    made = {created(local, Label=stack) for _ in range(3)}
    selection = json.dumps({"Label": stack})
    first = client.list_resources(TypeName=NAME, ResourceModel=selection)
    rest = client.list_resources(TypeName=NAME, ResourceModel=selection, NextToken=first["NextToken"])
    assert "NextToken" not in rest
    assert {each["Identifier"] for page in (first, rest) for each in page["ResourceDescriptions"]} == made
    with pytest.raises(client.exceptions.InvalidRequestException, match=r"required key \[Label\] not found"):
        client.list_resources(TypeName=NAME)


def test_requests_are_listed_by_operation_and_status(local: Local) -> None:
    client = local.client("cloudcontrol")
    failed = settled(local, create(local, Behave=["CREATE:fail:AlreadyExists"]))["RequestToken"]
    wanted = {"Operations": ["CREATE"], "OperationStatuses": ["FAILED"]}
    found = client.list_resource_requests(ResourceRequestStatusFilter=wanted, MaxResults=1)
    assert [each["RequestToken"] for each in found["ResourceRequestStatusSummaries"]] == [failed]
    other = {"Operations": ["DELETE"], "OperationStatuses": ["FAILED"]}
    found = client.list_resource_requests(ResourceRequestStatusFilter=other)
    assert failed not in [each["RequestToken"] for each in found["ResourceRequestStatusSummaries"]]
