"""A registered type in templates."""

from __future__ import annotations

import json
import time
from typing import Any

from conftest import HANDLER, Local, thing


def test_create_update_delete(local: Local, stack: str) -> None:
    behave = ["CREATE:rounds:2", "DELETE:rounds:1"]
    outputs = {
        "Ref": {"Ref": "Thing"},
        "Arn": {"Fn::GetAtt": ["Thing", "Arn"]},
        "Count": {"Fn::GetAtt": "Thing.Detail.Count"},
        "Even": {"Fn::GetAtt": "Thing.Detail.Even"},
    }
    asked: dict[str, Any] = {"Enabled": "true", "Size": "5", "Label": 7, "Behave": behave, "Secret": "hush"}
    assert local.deploy(stack, {"Thing": thing(**asked)}, outputs) == "CREATE_COMPLETE"

    identifier = local.physical_id(stack)
    assert local.outputs(stack) == {"Ref": identifier, "Arn": f"arn:toy:{identifier}", "Count": "3", "Even": "false"}
    held = local.thing(identifier)
    assert held and (held["Enabled"], held["Size"], held["Label"], held["Secret"]) == (True, 5, "7", "hush")
    # what the handler says meanwhile is no stack event
    assert local.stack_events(stack) == [
        ("CREATE_IN_PROGRESS", ""),
        ("CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("CREATE_COMPLETE", ""),
    ]

    creates = [event for event in local.handled(stack) if event["action"] == "CREATE"]
    assert [event["callbackContext"] for event in creates] == [None, {"round": 1}, {"round": 2}]
    assert len({event["bearerToken"] for event in creates}) == 1
    assert [event["requestData"]["resourceProperties"].get("Id") for event in creates] == [None, identifier, identifier]
    first = creates[0]
    assert (first["awsAccountId"], first["region"]) == ("123456789012", "us-east-1")
    assert first["requestData"]["logicalResourceId"] == "Thing"
    assert first["requestData"]["systemTags"]["aws:cloudformation:stack-name"] == stack
    assert "callerCredentials" not in first["requestData"]

    changed = {**asked, "Label": "new", "Behave": ["DELETE:rounds:1"]}
    assert local.deploy(stack, {"Thing": thing(**changed)}, outputs) == "UPDATE_COMPLETE"
    assert local.physical_id(stack) == identifier
    update = next(event for event in local.handled(stack) if event["action"] == "UPDATE")
    assert update["requestData"]["resourceProperties"]["Id"] == identifier
    assert update["requestData"]["previousResourceProperties"]["Label"] == "7"
    assert update["rollback"] is False

    assert local.delete(stack) == "DELETE_COMPLETE"
    assert local.thing(identifier) is None
    # the template's properties, write-only ones too, and the identifier; no other read-only one
    delete = next(event for event in local.handled(stack) if event["action"] == "DELETE")
    wanted = {
        "Name": "one",
        "Enabled": True,
        "Size": 5,
        "Label": "new",
        "Secret": "hush",
        "Behave": ["DELETE:rounds:1"],
    }
    assert delete["requestData"]["resourceProperties"] == {**wanted, "Id": identifier}
    read = next(event for event in local.handled(stack) if event["action"] == "READ")
    assert read["requestData"]["resourceProperties"] == {"Id": identifier}


def test_a_call_that_gives_no_answer_in_time_is_repeated_while_it_goes_on(local: Local, stack: str) -> None:
    late = thing(Behave=[f"CREATE:late:{HANDLER * 1000 + 500:.0f}"])
    assert local.deploy(stack, {"Thing": late}) == "CREATE_COMPLETE"
    [first, second] = [event for event in local.handled(stack) if event["action"] == "CREATE"]
    for key in ("bearerToken", "callbackContext"):
        assert first[key] == second[key]
    assert first["requestData"]["resourceProperties"] == second["requestData"]["resourceProperties"]
    ended = local.things / f"ended-{first['bearerToken']}"
    until = time.monotonic() + 30
    while not ended.exists():
        assert time.monotonic() < until, "the first call was ended"
        time.sleep(0.05)


def test_nothing_is_replaced_by_another_way_to_write_the_same(local: Local, stack: str) -> None:
    parts = [{"Key": "a"}, {"Key": "b"}]
    local.deploy(stack, {"Thing": thing("1", Parts=parts, Label="x")})
    identifier = local.physical_id(stack)
    assert local.deploy(stack, {"Thing": thing(1, Parts=parts[::-1], Label="y")}) == "UPDATE_COMPLETE"
    assert local.physical_id(stack) == identifier


def test_replacement_by_create_only(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing("before")})
    old = local.physical_id(stack)
    assert local.deploy(stack, {"Thing": thing("after")}) == "UPDATE_COMPLETE"
    new = local.physical_id(stack)
    assert new != old
    assert local.thing(old) is None
    assert local.thing(new) is not None
    assert "requires the creation of a new physical resource" in local.reasons(stack)
    assert [e["action"] for e in local.handled(stack)] == ["CREATE", "READ", "CREATE", "READ", "DELETE"]


def test_replacement_by_not_updatable(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing(Size=5)})
    old = local.physical_id(stack)
    assert local.deploy(stack, {"Thing": thing(Size=6)}) == "UPDATE_COMPLETE"
    assert local.physical_id(stack) == old
    assert local.deploy(stack, {"Thing": thing(Size=2)}) == "UPDATE_COMPLETE"
    assert local.physical_id(stack) != old
    assert local.thing(old) is None


def test_the_change_set_says_what_is_replaced(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing("before", Label="x")})
    client = local.client("cloudformation")
    seen = {}
    for name, properties in (("Name", {"name": "after", "Label": "x"}), ("Label", {"name": "before", "Label": "y"})):
        body = json.dumps({"Resources": {"Thing": thing(**properties)}})
        client.create_change_set(StackName=stack, ChangeSetName=f"change-{name}", TemplateBody=body)
        change = client.describe_change_set(StackName=stack, ChangeSetName=f"change-{name}")["Changes"][0]
        seen[name] = change["ResourceChange"]["Replacement"]
    assert seen == {"Name": "True", "Label": "False"}


def test_a_failed_create_is_rolled_back(local: Local, stack: str) -> None:
    assert local.deploy(stack, {"Thing": thing(Behave=["CREATE:fail:InvalidRequest"])}) == "ROLLBACK_COMPLETE"
    reason = next(reason for status, reason in local.stack_events(stack) if status == "CREATE_FAILED")
    assert reason.startswith('Resource handler returned message: "failed on purpose" (RequestToken: ')
    assert reason.endswith(", HandlerErrorCode: InvalidRequest)")
    assert "The following resource(s) failed to create: [Thing]. Rollback requested" in local.reasons(stack, stack)
    assert [event["action"] for event in local.handled(stack)] == ["CREATE"]


def test_what_a_failed_create_leaves_behind_is_deleted(local: Local, stack: str) -> None:
    failing = thing(Behave=["CREATE:rounds:1", "CREATE:fail-late:NotStabilized"])
    assert local.deploy(stack, {"Thing": failing}) == "ROLLBACK_COMPLETE"
    assert [event["action"] for event in local.handled(stack)] == ["CREATE", "CREATE", "DELETE"]
    assert not [path for path in local.things.glob("thing-*.json") if stack in path.read_text()]
    events = local.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    named = {
        event["ResourceStatus"]: event["PhysicalResourceId"]
        for event in events
        if event["LogicalResourceId"] == "Thing"
    }
    assert named["CREATE_FAILED"] == named["DELETE_COMPLETE"] != ""


def test_a_failed_replacement_leaves_the_old_one(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing("before")})
    old = local.physical_id(stack)
    failing = thing("after", Behave=["CREATE:fail-late:NotStabilized"])
    assert local.deploy(stack, {"Thing": failing}) == "UPDATE_ROLLBACK_COMPLETE"
    assert local.physical_id(stack) == old
    assert local.thing(old) is not None
    deleted = [e["requestData"]["resourceProperties"]["Id"] for e in local.handled(stack) if e["action"] == "DELETE"]
    assert len(deleted) == 1
    assert deleted[0] != old


def test_update_rollback(local: Local, stack: str) -> None:
    two = {"Thing": thing(Label="old", Size=1), "Later": {**thing("two", Label="old"), "DependsOn": "Thing"}}
    local.deploy(stack, two)
    two["Thing"]["Properties"] |= {"Label": "new", "Size": 5}
    two["Later"]["Properties"] |= {"Label": "new", "Behave": ["UPDATE:fail:GeneralServiceException"]}
    assert local.deploy(stack, two) == "UPDATE_ROLLBACK_COMPLETE"
    held = local.thing(local.physical_id(stack))
    # its size cannot go back, which must not leave the stack in UPDATE_ROLLBACK_FAILED
    assert held and (held["Label"], held["Size"]) == ("old", 5)
    updates = [event for event in local.handled(stack) if event["action"] == "UPDATE"]
    seen = [(event["requestData"]["logicalResourceId"], event["rollback"]) for event in updates]
    assert seen == [("Thing", False), ("Later", False), ("Thing", True), ("Later", True)]


def test_a_failed_delete_is_shown_and_can_be_repeated(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing(Behave=["DELETE:fail:AccessDenied"])})
    identifier = local.physical_id(stack)
    assert local.delete(stack) == "DELETE_FAILED"
    assert "cannot be deleted" in local.reasons(stack)
    local.change_thing(identifier, Behave=[])
    assert local.delete(stack) == "DELETE_COMPLETE"


def test_what_is_gone_already_counts_as_deleted(local: Local, stack: str) -> None:
    local.deploy(stack, {"Thing": thing()})
    (local.things / f"{local.physical_id(stack)}.json").unlink()
    assert local.delete(stack) == "DELETE_COMPLETE"


def test_the_model_is_checked_before_the_handler_sees_it(local: Local, stack: str) -> None:
    bad = thing("", Parts=[{"Bucket": "b"}], Size="many", Kind="OVAL", Wrong=1)
    assert local.deploy(stack, {"Thing": bad}) == "ROLLBACK_COMPLETE"
    reasons = local.reasons(stack)
    for expected in (
        "Properties validation failed for resource Thing with message: [#",
        "#/Parts/0: required key [Key] not found",
        "#/Name: expected minLength: 1, actual: 0",
        "#/Size: expected type: Integer, found: String",
        "#/Kind: OVAL is not a valid enum value",
        "#: extraneous key [Wrong] is not permitted",
    ):
        assert expected in reasons
    assert local.handled(stack) == []


def test_read_only_properties_cannot_be_given(local: Local, stack: str) -> None:
    assert local.deploy(stack, {"Thing": thing(Id="mine")}) == "ROLLBACK_COMPLETE"
    assert "readonly properties in the model: [/properties/Id]" in local.reasons(stack)


def test_an_unknown_type_is_refused(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    body = json.dumps({"Resources": {"Thing": thing(type_name="Toy::Test::Nothing")}})
    try:
        client.create_stack(StackName=stack, TemplateBody=body)
    except client.exceptions.ClientError as error:
        assert "Toy::Test::Nothing" in str(error)
    else:
        raise AssertionError("it was accepted")


def test_retriable_failures_are_tried_again_with_the_same_token(local: Local, stack: str) -> None:
    assert local.deploy(stack, {"Thing": thing(Behave=["CREATE:flaky:3"])}) == "CREATE_COMPLETE"
    creates = [event for event in local.handled(stack) if event["action"] == "CREATE"]
    assert len(creates) == 4
    assert len({event["bearerToken"] for event in creates}) == 1


def test_retriable_failures_end(local: Local, stack: str) -> None:
    assert local.deploy(stack, {"Thing": thing(Behave=["CREATE:flaky:9"])}) == "ROLLBACK_COMPLETE"
    assert 'message: "slow down 3" ' in local.reasons(stack)
    assert "HandlerErrorCode: Throttling" in local.reasons(stack)


def test_drift(local: Local, stack: str) -> None:
    parts = [{"Key": "a"}, {"Key": "b"}]
    local.deploy(stack, {"Thing": thing(Label="x", Parts=parts, Secret="hush", Enabled="True")})
    identifier = local.physical_id(stack)
    client = local.client("cloudformation")

    def drift() -> tuple[str, list[tuple[str, str, str]]]:
        token = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        status = client.describe_stack_drift_detection_status(StackDriftDetectionId=token)["StackDriftStatus"]
        drifts = client.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
        different = [
            (d["PropertyPath"], d["ExpectedValue"], d["ActualValue"]) for d in drifts[0].get("PropertyDifferences", [])
        ]
        return status, different

    assert drift() == ("IN_SYNC", [])
    local.change_thing(identifier, Parts=parts[::-1])
    assert drift() == ("IN_SYNC", [])
    local.change_thing(identifier, Label="y")
    assert drift() == ("DRIFTED", [("/Label", "x", "y")])
    (local.things / f"{identifier}.json").unlink()
    assert drift()[0] == "DRIFTED"


def test_import(local: Local, stack: str) -> None:
    local.deploy(f"{stack}-origin", {"Thing": {**thing("kept"), "DeletionPolicy": "Retain"}})
    identifier = local.physical_id(f"{stack}-origin")
    local.delete(f"{stack}-origin")
    client = local.client("cloudformation")

    def take(physical_id: str, change_set: str) -> dict[str, str]:
        template = {"Resources": {"Thing": {**thing("kept"), "DeletionPolicy": "Delete"}}}
        wanted = {
            "ResourceType": "Toy::Test::Thing",
            "LogicalResourceId": "Thing",
            "ResourceIdentifier": {"Id": physical_id},
        }
        client.create_change_set(
            StackName=stack,
            ChangeSetName=change_set,
            ChangeSetType="IMPORT",
            ResourcesToImport=[wanted],
            TemplateBody=json.dumps(template),
        )
        found: dict[str, str] = client.describe_change_set(StackName=stack, ChangeSetName=change_set)
        return found

    missing = take("thing-nowhere", "missing")
    assert missing["Status"] == "FAILED"
    assert "'Toy::Test::Thing' with identifier 'thing-nowhere' was not found" in missing["StatusReason"]
    assert take(identifier, "there")["Status"] == "CREATE_COMPLETE"
    client.execute_change_set(StackName=stack, ChangeSetName="there")
    assert local.settled(stack) == "IMPORT_COMPLETE"
    assert local.physical_id(stack) == identifier
    local.change_thing(identifier, Name="by hand")
    client.detect_stack_drift(StackName=stack)
    [drift] = client.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
    assert [each["PropertyPath"] for each in drift["PropertyDifferences"]] == ["/Name"]
    local.change_thing(identifier, Name="kept")
    assert (
        local.deploy(stack, {"Thing": {**thing("kept", Label="new"), "DeletionPolicy": "Delete"}}) == "UPDATE_COMPLETE"
    )
    assert local.delete(stack) == "DELETE_COMPLETE"
    assert local.thing(identifier) is None
