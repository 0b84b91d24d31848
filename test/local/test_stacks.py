"""What local AWS refuses about stacks, and what it shows of them, as CloudFormation does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.register import session_client
from local_aws.stack_requests import refusal

from conftest import Local, thing

Call = Callable[..., Any]


def body(resources: dict[str, Any], **sections: Any) -> str:
    return json.dumps({"Resources": resources, **sections})


def statuses(local: Local, stack: str, logical_id: str) -> list[str]:
    return [status for status, _ in local.stack_events(stack, logical_id)]


def slow(action: str, **properties: Any) -> dict[str, Any]:
    """A thing whose create or update takes ten seconds, in calls one second apart."""
    behave = [f"{action}:rounds:10", f'{action}:progress:{{"callbackDelaySeconds":1}}']
    return {"Thing": thing(Behave=behave, **properties)}


def begun(local: Local, stack: str, action: str) -> None:
    """Waits until the handler was called."""
    until = time.monotonic() + 30
    while not [event for event in local.handled(stack) if event["action"] == action]:
        assert time.monotonic() < until
        time.sleep(0.02)


# --- templates and parameters -----------------------------------------------------------------------------------


def test_a_wrong_template_is_refused_before_there_is_a_stack(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    wrong = body({"Thing": thing({"Ref": "Nothing"})})
    calls: list[tuple[Call, dict[str, Any]]] = [
        (client.validate_template, {}),
        (client.create_stack, {"StackName": stack}),
        (client.create_change_set, {"StackName": stack, "ChangeSetName": "one", "ChangeSetType": "CREATE"}),
    ]
    for call, arguments in calls:
        with pytest.raises(ClientError, match=r"Unresolved resource dependencies \[Nothing\] in the Resources block"):
            call(TemplateBody=wrong, **arguments)
    assert local.status(stack) == ""
    with pytest.raises(ClientError, match=r"Parameters: \[Wrong\] do not exist in the template"):
        given = [{"ParameterKey": "Wrong", "ParameterValue": "x"}]
        client.create_stack(StackName=stack, TemplateBody=body({"Thing": thing()}), Parameters=given)
    assert local.deploy(stack, {"Thing": thing()}) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Nothing"):
        client.update_stack(StackName=stack, TemplateBody=wrong)


@pytest.mark.parametrize(
    "host", ["{}.s3.amazonaws.com", "{}.s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com/{}"]
)
def test_the_address_of_a_template(local: Local, stack: str, host: str) -> None:
    template = body({"Thing": thing()}, Description=stack)
    url = local.upload(template.encode()).removeprefix("s3://")
    bucket, key = url.split("/")
    found = local.client("cloudformation").validate_template(TemplateURL=f"https://{host.format(bucket)}/{key}")
    assert found["Description"] == stack


def test_yaml_aliases_are_refused(local: Local, stack: str) -> None:
    text = "Resources:\n  A: &thing {Type: 'Toy::Test::Thing', Properties: {Name: a}}\n  B: *thing\n"
    with pytest.raises(ClientError, match="Template error: YAML aliases are not allowed in CloudFormation templates"):
        local.client("cloudformation").create_stack(StackName=stack, TemplateBody=text)
    local.client("cloudformation").validate_template(TemplateBody=text.replace("*thing", "{Type: 'Toy::Test::Thing'}"))


def test_a_type_is_known_only_where_it_is_registered(local: Local, stack: str) -> None:
    elsewhere = session_client("cloudformation", {**local.environment, "AWS_DEFAULT_REGION": "eu-west-1"})
    wrong = body({"Thing": thing()})
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[Toy::Test::Thing\]"):
        elsewhere.create_stack(StackName=stack, TemplateBody=wrong)


def test_a_defect_of_local_aws_is_an_error_that_clients_can_read(local: Local, stack: str) -> None:
    """The engine cannot look into a list of resources."""
    with pytest.raises(ClientError, match=r"\(InternalFailure\).*: Local AWS failed: AttributeError"):
        local.client("cloudformation").create_change_set(
            StackName=stack, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody='{"Resources": [{}]}'
        )


def test_a_reference_to_what_a_condition_excludes(local: Local, stack: str) -> None:
    sections = {"Conditions": {"No": {"Fn::Equals": ["a", "b"]}}, "Outputs": {"Out": {"Value": {"Ref": "Thing"}}}}
    resources = {"Thing": {**thing(), "Condition": "No"}, "Other": thing()}
    with pytest.raises(ClientError, match=r"dependencies \[Thing\] in the Outputs block"):
        local.client("cloudformation").create_stack(StackName=stack, TemplateBody=body(resources, **sections))


def test_rules(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    parameters = {
        "Size": {"Type": "String", "Default": "huge"},
        "Zones": {"Type": "CommaDelimitedList", "Default": "x"},
    }

    def create(assertion: dict[str, Any]) -> None:
        rules = {"Rule": {"Assertions": [{"Assert": assertion, "AssertDescription": "Size is small or large"}]}}
        sections = {"Parameters": parameters, "Rules": rules}
        client.create_stack(StackName=stack, TemplateBody=body({"Thing": thing()}, **sections))

    with pytest.raises(ClientError, match="Size is small or large"):
        create({"Fn::Contains": [["small", "large"], {"Ref": "Size"}]})
    with pytest.raises(ClientError, match="Local AWS cannot evaluate the section Rules"):
        create({"Fn::EachMemberIn": [{"Fn::ValueOfAll": ["AWS::Route53::HostedZone::Id", "Name"]}, {"Ref": "Zones"}]})
    create({"Fn::Contains": [["small", "huge"], {"Ref": "Size"}]})
    assert local.settled(stack) == "CREATE_COMPLETE"


def test_capabilities_are_demanded(local: Local, stack: str) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}}
    client = local.client("cloudformation")
    with pytest.raises(client.exceptions.InsufficientCapabilitiesException, match="CAPABILITY_IAM"):
        client.create_stack(StackName=stack, TemplateBody=body(role))


@pytest.mark.parametrize(
    ("attribute", "behave", "reason"),
    [
        ("Wrong", [], "Requested attribute Wrong does not exist in schema for Toy::Test::Thing"),
        ("Arn", ["READ:drop:Arn"], "Unable to retrieve Arn attribute for Toy::Test::Thing: it has no value"),
    ],
)
def test_attributes_that_cannot_be_had(
    local: Local, stack: str, attribute: str, behave: list[str], reason: str
) -> None:
    outputs = {"Out": {"Fn::GetAtt": ["Thing", attribute]}}
    assert local.deploy(stack, {"Thing": thing(Behave=behave)}, outputs) == "ROLLBACK_COMPLETE"
    assert reason in local.reasons(stack, stack)


def test_the_summary_of_a_template_names_the_identifiers(local: Local) -> None:
    resources = {
        "One": thing(),
        "Two": thing(),
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    }
    found = local.client("cloudformation").get_template_summary(TemplateBody=body(resources))
    assert found["ResourceIdentifierSummaries"] == [
        {
            "ResourceType": "Toy::Test::Thing",
            "LogicalResourceIds": ["One", "Two"],
            "ResourceIdentifiers": ["Id"],
        },
        {"ResourceType": "AWS::S3::Bucket", "LogicalResourceIds": ["Bucket"], "ResourceIdentifiers": ["BucketName"]},
    ]


# --- one operation at a time ------------------------------------------------------------------------------------


def test_a_second_operation_is_refused_and_an_update_can_be_cancelled(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    assert local.deploy(stack, {"Thing": thing(Label="old")}) == "CREATE_COMPLETE"
    other = {"StackName": stack, "ChangeSetName": "other"}
    client.create_change_set(**other, TemplateBody=body({"Thing": thing(Label="other")}))
    with pytest.raises(ClientError, match="cannot be called from current stack status"):
        client.cancel_update_stack(StackName=stack)

    client.update_stack(StackName=stack, TemplateBody=body(slow("UPDATE", Label="new")))
    begun(local, stack, "UPDATE")
    busy = "is in UPDATE_IN_PROGRESS state and can not be updated"
    with pytest.raises(ClientError, match=busy):
        client.update_stack(StackName=stack, TemplateBody=body({"Thing": thing(Label="newer")}))
    with pytest.raises(ClientError, match=busy):
        client.create_change_set(
            StackName=stack, ChangeSetName="late", TemplateBody=body({"Thing": thing(Label="newer")})
        )
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        client.execute_change_set(**other)
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        client.delete_stack(StackName=stack)

    client.cancel_update_stack(StackName=stack)
    assert local.settled(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("UPDATE_FAILED", "Resource update cancelled") in local.stack_events(stack)
    assert ("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated") in local.stack_events(stack, stack)
    assert (local.thing(local.physical_id(stack)) or {})["Label"] == "old"
    assert [e["rollback"] for e in local.handled(stack) if e["action"] == "UPDATE"][-1] is True


def test_what_a_cancelled_update_has_begun_to_create_is_deleted(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    assert local.deploy(stack, {"Other": thing()}) == "CREATE_COMPLETE"
    client.update_stack(StackName=stack, TemplateBody=body({"Other": thing(), **slow("CREATE")}))
    begun(local, stack, "CREATE")
    until = time.monotonic() + 30
    while "Resource creation Initiated" not in local.reasons(stack):
        assert time.monotonic() < until
    client.cancel_update_stack(StackName=stack)
    assert local.settled(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("CREATE_FAILED", "Resource creation cancelled") in local.stack_events(stack)
    made = [
        event["requestData"]["resourceProperties"]["Id"]
        for event in local.handled(stack)
        if event["action"] == "DELETE"
    ]
    assert [local.thing(identifier) for identifier in made] == [None]


def test_a_stack_that_is_created_or_has_rolled_back(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=body(slow("CREATE")))
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        client.update_stack(StackName=stack, TemplateBody=body({"Thing": thing()}))
    with pytest.raises(ClientError, match="Local AWS cannot delete a stack in the status CREATE_IN_PROGRESS"):
        client.delete_stack(StackName=stack)
    failed = f"{stack}-failed"
    assert local.deploy(failed, {"Thing": thing(Behave=["CREATE:fail:InvalidRequest"])}) == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        client.create_change_set(StackName=failed, ChangeSetName="one", TemplateBody=body({"Thing": thing()}))
    with pytest.raises(client.exceptions.AlreadyExistsException):
        client.create_stack(StackName=failed, TemplateBody=body({"Thing": thing()}))
    assert local.delete(failed) == "DELETE_COMPLETE"


def test_two_that_deploy_a_new_stack_at_once(local: Local, stack: str) -> None:
    """By change sets, as `aws cloudformation deploy` does: they are of one stack, and one of them is executed."""
    client = local.client("cloudformation")

    def create(name: str, **properties: Any) -> Any:
        given = {"ChangeSetName": name, "ChangeSetType": "CREATE", "StackName": stack}
        return client.create_change_set(**given, TemplateBody=body({"Thing": thing(**properties)}))

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(create, ("one", "two", "three")))
    assert len({each["StackId"] for each in made}) == 1
    with pytest.raises(ClientError, match="Nothing"):
        create("bad", Label={"Ref": "Nothing"})
    client.execute_change_set(ChangeSetName=made[1]["Id"])
    for other in (made[0], made[2]):
        with pytest.raises(ClientError, match="ChangeSetNotFound"):
            client.execute_change_set(ChangeSetName=other["Id"])
    assert local.settled(stack) == "CREATE_COMPLETE"
    assert [event["action"] for event in local.handled(stack)] == ["CREATE", "READ"]


def test_the_name_of_an_export_is_one_stack_s(local: Local, stack: str) -> None:
    outputs = {"Out": {"Value": "1", "Export": {"Name": stack}}}
    client = local.client("cloudformation")
    for name, status in ((stack, "CREATE_COMPLETE"), (f"{stack}-other", "ROLLBACK_COMPLETE")):
        client.create_stack(StackName=name, TemplateBody=body({"Thing": thing()}, Outputs=outputs))
        assert local.settled(name) == status
    reason = f"Export with name {stack} is already exported by stack {stack}"
    assert reason in local.reasons(f"{stack}-other", f"{stack}-other")
    held = [each["ExportingStackId"] for each in client.list_exports()["Exports"] if each["Name"] == stack]
    assert [stack_id.split("/")[1] for stack_id in held] == [stack]


def test_an_export_that_is_imported_cannot_be_changed(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    importer = f"{stack}-importer"

    def export(value: str) -> dict[str, Any]:
        return {"Out": {"Value": value, "Export": {"Name": stack}}}

    def update(outputs: dict[str, Any]) -> str:
        client.update_stack(StackName=stack, TemplateBody=body({"Thing": thing()}, Outputs=outputs))
        return local.settled(stack)

    client.create_stack(StackName=stack, TemplateBody=body({"Thing": thing()}, Outputs=export("1")))
    local.settled(stack)
    assert local.deploy(importer, {"Thing": thing({"Fn::ImportValue": stack})}) == "CREATE_COMPLETE"
    for change, outputs in (("updated", export("2")), ("deleted", {})):
        assert update(outputs) == "UPDATE_ROLLBACK_COMPLETE"
        assert f"Export {stack} cannot be {change} as it is in use by {importer}" in local.reasons(stack, stack)
    local.delete(importer)
    assert update({}) == "UPDATE_COMPLETE"
    assert stack not in [each["Name"] for each in client.list_exports()["Exports"]]


STACK = {"StackId": "arn:stack", "StackName": "s"}


@pytest.mark.parametrize(
    ("action", "parameters", "status", "expected"),
    [
        ("CreateStack", {"TimeoutInMinutes": "5"}, "", "Local AWS cannot end the creation of a stack after a time"),
        ("CreateStack", {"DeploymentConfig.Mode": "EXPRESS"}, "", "Local AWS cannot deploy in another mode"),
        ("CreateChangeSet", {"DeploymentMode": "REVERT_DRIFT"}, "CREATE_COMPLETE", "leave DeploymentMode out"),
        ("UpdateStack", {"StackPolicyDuringUpdateBody": "{}"}, "CREATE_COMPLETE", "Local AWS cannot enforce stack"),
        ("SetStackPolicy", {"StackPolicyBody": "{}"}, "CREATE_COMPLETE", "Local AWS cannot enforce stack policies"),
        ("UpdateStack", {"NotificationARNs.member.1": "arn"}, "CREATE_COMPLETE", "cannot send notifications"),
        ("CreateStack", {"ResourceTypes.member.1": "AWS::*"}, "", "cannot restrict the types"),
        ("UpdateStack", {"RollbackConfiguration.MonitoringTimeInMinutes": "1"}, "CREATE_COMPLETE", "rollback triggers"),
        ("UpdateStack", {}, "DELETE_FAILED", "is in DELETE_FAILED state and can not be updated"),
        ("CreateChangeSet", {}, "DELETE_FAILED", "is in DELETE_FAILED state and can not be updated"),
        ("ExecuteChangeSet", {}, "DELETE_FAILED", "the stack is in the status DELETE_FAILED"),
        ("UpdateStack", {}, "UPDATE_FAILED", "Local AWS cannot update a stack in the status UPDATE_FAILED"),
        ("CreateChangeSet", {"ChangeSetType": "IMPORT"}, "UPDATE_IN_PROGRESS", "can not be updated"),
        ("CreateChangeSet", {"ChangeSetType": "CREATE"}, "CREATE_COMPLETE", "already exists"),
        ("DeleteStack", {}, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "cannot be deleted while in status"),
    ],
)
def test_requests_that_are_refused(action: str, parameters: dict[str, str], status: str, expected: str) -> None:
    found = refusal(action, parameters, {**STACK, "StackStatus": status} if status else {})
    assert found
    assert expected in found.message


@pytest.mark.parametrize(
    ("action", "parameters", "status"),
    [
        ("CreateStack", {"DeploymentConfig.Mode": "STANDARD"}, "DELETE_COMPLETE"),
        ("CreateChangeSet", {"ChangeSetType": "CREATE", "RoleARN": "arn"}, "REVIEW_IN_PROGRESS"),
        ("CreateChangeSet", {"ChangeSetType": "IMPORT"}, "REVIEW_IN_PROGRESS"),
        ("CreateChangeSet", {"IncludeNestedStacks": "true"}, "UPDATE_ROLLBACK_COMPLETE"),
        ("ExecuteChangeSet", {}, "REVIEW_IN_PROGRESS"),
        ("DeleteStack", {"DeletionMode": "FORCE_DELETE_STACK"}, "DELETE_FAILED"),
        ("DeleteStack", {}, "DELETE_IN_PROGRESS"),
        ("DescribeStacks", {}, "UPDATE_IN_PROGRESS"),
    ],
)
def test_requests_that_are_not(action: str, parameters: dict[str, str], status: str) -> None:
    assert refusal(action, parameters, {**STACK, "StackStatus": status}) is None


# --- updates, deletions and rollbacks ---------------------------------------------------------------------------


def test_the_events_of_an_update(local: Local, stack: str) -> None:
    local.deploy(stack, {"Same": thing(), "Gone": thing(), "Changed": thing(Label="old"), "Replaced": thing("a")})
    before = {name: len(statuses(local, stack, name)) for name in ("Same", "Changed", "Gone", "Replaced", stack)}
    changed = {"Same": thing(), "Changed": thing(Label="new"), "New": thing(), "Replaced": thing("b")}
    assert local.deploy(stack, changed) == "UPDATE_COMPLETE"

    def later(name: str) -> list[str]:
        return statuses(local, stack, name)[before.get(name, 0) :]

    assert later("Same") == []
    assert later("Changed") == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert later("New") == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert later("Gone") == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    # the replacement, "Resource creation Initiated", the end, and the clean-up
    assert later("Replaced") == [
        *["UPDATE_IN_PROGRESS"] * 2,
        "UPDATE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    cleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    assert later(stack) == ["UPDATE_IN_PROGRESS", cleanup, "UPDATE_COMPLETE"]
    events = local.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    order = [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]
    assert order.index((stack, cleanup)) < order.index(("Gone", "DELETE_IN_PROGRESS"))


def test_what_a_stack_says_of_its_operation(local: Local, stack: str) -> None:
    """Change sets are a user's operations too, and the reason of a failure goes with the next operation."""
    client = local.client("cloudformation")

    def execute(name: str, kind: str, resources: dict[str, Any]) -> dict[str, Any]:
        given = {"StackName": stack, "ChangeSetName": name}
        client.create_change_set(**given, ChangeSetType=kind, TemplateBody=body(resources))
        client.get_waiter("change_set_create_complete").wait(**given, WaiterConfig={"Delay": 1})
        former = local.status(stack)
        client.execute_change_set(**given)
        local.settled(stack, former)
        found: dict[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
        return found

    execute("first", "CREATE", {"Thing": thing(Label="old")})
    failing = thing(Label="new", Behave=["UPDATE:fail:InvalidRequest"])
    assert local.deploy(stack, {"Thing": failing}, DisableRollback=True) == "UPDATE_FAILED"
    client.rollback_stack(StackName=stack)
    assert local.settled(stack, "UPDATE_FAILED") == "UPDATE_ROLLBACK_COMPLETE"
    described = execute("second", "UPDATE", {"Thing": thing(Label="newer")})
    assert (described["StackStatus"], described.get("StackStatusReason", "")) == ("UPDATE_COMPLETE", "")
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    by_user = [event["ResourceStatus"] for event in events if event.get("ResourceStatusReason") == "User Initiated"]
    begun = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"]
    assert by_user[::-1] == [*begun, "UPDATE_IN_PROGRESS"]


def test_the_stack_that_has_a_resource(local: Local, stack: str) -> None:
    client = local.client("cloudformation")
    local.deploy(stack, {"Thing": thing(), "Other": thing("two")})
    found = client.describe_stack_resources(PhysicalResourceId=local.physical_id(stack))["StackResources"]
    assert {(each["StackName"], each["LogicalResourceId"]) for each in found} == {(stack, "Thing"), (stack, "Other")}
    with pytest.raises(ClientError, match="Stack for nothing does not exist"):
        client.describe_stack_resources(PhysicalResourceId="nothing")


def test_a_resource_keeps_its_type(local: Local, stack: str) -> None:
    local.type("Toy::Test::Other")
    local.deploy(stack, {"Thing": thing()})
    identifier = local.physical_id(stack)
    assert local.deploy(stack, {"Thing": thing(type_name="Toy::Test::Other")}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Update of resource type is not permitted" in local.reasons(stack)
    assert local.physical_id(stack) == identifier
    assert local.thing(identifier) is not None


def chain(**top: Any) -> dict[str, Any]:
    """Top needs Middle, Middle needs Base; Other needs nothing."""
    return {
        "Base": thing("base"),
        "Middle": {**thing({"Ref": "Base"}, **top)},
        "Top": {**thing("top"), "DependsOn": "Middle"},
        "Other": thing("other"),
    }


def test_what_a_resource_that_could_not_be_deleted_depends_on_stays(local: Local, stack: str) -> None:
    local.deploy(stack, chain(Behave=["DELETE:fail:AccessDenied"]))
    base, middle, other = (local.physical_id(stack, name) for name in ("Base", "Middle", "Other"))
    stack_id = local.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    assert local.delete(stack) == "DELETE_FAILED"
    assert "failed to delete: [Middle]" in local.reasons(stack, stack)
    assert statuses(local, stack, "Base")[-1] == "CREATE_COMPLETE"
    assert (local.thing(base) is not None, local.thing(other)) == (True, None)
    local.change_thing(middle, Behave=[])
    assert local.delete(stack_id) == "DELETE_COMPLETE"
    assert (local.thing(base), local.thing(middle)) == (None, None)


def test_what_a_rollback_could_not_delete_stays_in_the_stack(local: Local, stack: str) -> None:
    resources = chain(Behave=["DELETE:fail:AccessDenied"])
    resources["Top"]["Properties"]["Behave"] = ["CREATE:fail:InvalidRequest"]
    assert local.deploy(stack, resources) == "ROLLBACK_FAILED"
    base, middle = (local.physical_id(stack, name) for name in ("Base", "Middle"))
    assert "Middle depends on it and could not be deleted" in local.reasons(stack, "Base")
    assert (local.thing(base) is not None, local.thing(middle) is not None) == (True, True)
    local.change_thing(middle, Behave=[])
    assert local.delete(stack) == "DELETE_COMPLETE"
    assert (local.thing(base), local.thing(middle)) == (None, None)


def test_a_rollback_that_failed_goes_on_without_the_resource_that_is_skipped(local: Local, stack: str) -> None:
    stuck = thing(Label="old", Behave=["UPDATE:fail-back:NotFound"])
    local.deploy(stack, {"Stuck": stuck, "Thing": {**thing(), "DependsOn": "Stuck"}})
    failing = thing(Label="new", Behave=["UPDATE:fail:InvalidRequest"])
    resources = {"Stuck": thing(Label="new"), "Thing": {**failing, "DependsOn": "Stuck"}}
    assert local.deploy(stack, resources) == "UPDATE_ROLLBACK_FAILED"
    client = local.client("cloudformation")
    client.continue_update_rollback(StackName=stack, ResourcesToSkip=["Stuck"])
    assert local.settled(stack, "UPDATE_ROLLBACK_FAILED") == "UPDATE_ROLLBACK_COMPLETE"
    assert local.delete(stack) == "DELETE_COMPLETE"
