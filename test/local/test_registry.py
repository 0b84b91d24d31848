"""The registry by its API, and by template."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

import toy
from conftest import BUCKET, Local, thing


def named(stack: str) -> str:
    """A type name that no other test uses."""
    return f"Toy::Test::{stack.replace('-', '').capitalize()}"


def call(local: Local, action: str, **arguments: Any) -> Any:
    return getattr(local.client("cloudformation"), action)(**arguments)


def versions(local: Local, name: str, status: str = "LIVE") -> list[tuple[str, bool]]:
    found = call(local, "list_type_versions", Type="RESOURCE", TypeName=name, DeprecatedStatus=status)
    return [(each["VersionId"], each["IsDefaultVersion"]) for each in found["TypeVersionSummaries"]]


def test_register_describe_list(local: Local, stack: str) -> None:
    name = named(stack)
    answer = local.register(toy.schema(name))
    hyphenated = name.replace("::", "-")
    arn = f"arn:aws:cloudformation:us-east-1:123456789012:type/resource/{hyphenated}"
    assert (answer["TypeArn"], answer["TypeVersionArn"]) == (arn, f"{arn}/00000001")
    found = call(local, "describe_type", Type="RESOURCE", TypeName=name)
    assert (found["Arn"], found["DefaultVersionId"], found["IsDefaultVersion"]) == (f"{arn}/00000001", "00000001", True)
    assert (found["ProvisioningType"], found["DeprecatedStatus"], found["Visibility"]) == (
        "FULLY_MUTABLE",
        "LIVE",
        "PRIVATE",
    )
    assert json.loads(found["Schema"])["typeName"] == name
    assert found["SourceUrl"] == "https://example.com/toy"
    summaries = call(local, "list_types", Visibility="PRIVATE", Filters={"TypeNamePrefix": name})["TypeSummaries"]
    assert [(each["TypeName"], each["TypeArn"]) for each in summaries] == [(name, arn)]
    tokens = call(local, "list_type_registrations", Type="RESOURCE", TypeName=name)["RegistrationTokenList"]
    assert len(tokens) == 1


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("list_types", {"Visibility": "PUBLIC"}),
        ("list_types", {"Filters": {"Category": "AWS_TYPES"}}),
        ("describe_type", {"Type": "RESOURCE", "TypeName": "AWS::S3::Bucket"}),
        ("describe_type", {"Type": "HOOK", "TypeName": "Toy::Test::Thing"}),
    ],
)
def test_what_only_aws_has(local: Local, action: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"Local AWS (cannot|has)"):
        call(local, action, **arguments)


def test_the_same_client_token_registers_once(local: Local, stack: str) -> None:
    name = named(stack)
    local.register(toy.schema(name), ClientRequestToken=stack)
    local.register(toy.schema(name), ClientRequestToken=stack)
    assert versions(local, name) == [("00000001", True)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("AWS::Test::Thing", "the namespace AWS is reserved"),
        ("Amzn::Test::Thing", "the namespace Amzn is reserved"),
        ("Custom::Test::Thing", "reserved"),
        ("Toy::TestThing", "malformed"),
        ("Toy::Test::Th-ing", "malformed"),
    ],
)
def test_names_that_nobody_can_register(local: Local, name: str, reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        local.register(toy.schema(name))


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != key}


BAD: list[tuple[bytes, str]] = [
    (b"no zip", "not a zip file"),
    (toy.package(schema__json=None), "lacks schema.json"),
    (toy.package(ResourceProvider__zip=None), "lacks ResourceProvider.zip"),
    (toy.package(**{".rpdk-config": None}), "lacks .rpdk-config"),
    (toy.package(**{".rpdk-config": "{"}), ".rpdk-config is not JSON"),
    (toy.package(ResourceProvider__zip="code"), "ResourceProvider.zip is not a zip file"),
    (toy.package(schema__json="[]"), "not a JSON object"),
    (toy.package(without(toy.schema(), "primaryIdentifier")), "'primaryIdentifier' is a required property"),
    (toy.package(toy.schema(additionalProperties=True)), "schema is invalid at #/additionalProperties"),
    (toy.package(toy.schema(primaryIdentifier=["/properties/None"])), "/properties/None, which is no property"),
    (toy.package(toy.schema(definitions={})), "reference #/definitions/Part leads nowhere"),
    (toy.package(toy.schema(conditionalCreateOnlyProperties=["/properties/Name"])), "conflicting list"),
    (toy.package(toy.schema(tagging={"taggable": True})), "tagProperty names /properties/Tags"),
    (toy.package(toy.schema("Toy::Test::Other")), "schema.json is of the type Toy::Test::Other"),
]


@pytest.mark.parametrize(("content", "reason"), BAD)
def test_packages_that_are_refused(local: Local, content: bytes, reason: str) -> None:
    answer = local.register(toy.schema(), content)
    assert answer["ProgressStatus"] == "FAILED"
    assert reason in answer["Description"]


def test_a_package_that_is_not_there(local: Local) -> None:
    client = local.client("cloudformation")
    url = f"s3://{BUCKET}/nowhere.zip"
    token = client.register_type(TypeName="Toy::Test::Thing", SchemaHandlerPackage=url)["RegistrationToken"]
    answer = client.describe_type_registration(RegistrationToken=token)
    assert answer["ProgressStatus"] == "FAILED"
    assert "cannot be read" in answer["Description"]


def test_versions_and_the_default(local: Local, stack: str) -> None:
    name = named(stack)
    local.type(name)
    second = toy.schema(name)
    second["properties"]["Extra"] = {"type": "string"}
    arn = local.register(second)["TypeVersionArn"]
    assert versions(local, name) == [("00000001", True), ("00000002", False)]
    with_extra = {"Thing": thing(type_name=name, Extra="x")}
    assert local.deploy(stack, with_extra) == "ROLLBACK_COMPLETE"
    assert "extraneous key [Extra]" in local.reasons(stack)
    call(local, "set_type_default_version", Arn=arn)
    assert versions(local, name) == [("00000001", False), ("00000002", True)]
    assert local.deploy(f"{stack}-2", with_extra) == "CREATE_COMPLETE"
    assert local.handled(f"{stack}-2")[0]["resourceTypeVersion"] == "00000002"

    with pytest.raises(ClientError, match="is the default version"):
        call(local, "deregister_type", Arn=arn)
    with pytest.raises(ClientError, match="deregister them one by one"):
        call(local, "deregister_type", Type="RESOURCE", TypeName=name)
    call(local, "deregister_type", Type="RESOURCE", TypeName=name, VersionId="00000001")
    assert versions(local, name) == [("00000002", True)]
    assert versions(local, name, "DEPRECATED") == [("00000001", False)]
    with pytest.raises(ClientError, match="is deregistered"):
        call(local, "set_type_default_version", Type="RESOURCE", TypeName=name, VersionId="00000001")
    assert local.delete(f"{stack}-2") == "DELETE_COMPLETE"

    call(local, "deregister_type", Type="RESOURCE", TypeName=name)
    with pytest.raises(ClientError, match="TypeNotFoundException"):
        call(local, "describe_type", Type="RESOURCE", TypeName=name)
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        local.deploy(f"{stack}-3", with_extra)


def test_the_quota_of_versions(local: Local, stack: str) -> None:
    name = named(stack)
    content = toy.package(toy.schema(name))
    url = local.upload(content)
    for _ in range(50):
        call(local, "register_type", TypeName=name, SchemaHandlerPackage=url)
    with pytest.raises(ClientError, match="50 versions, which is the quota"):
        call(local, "register_type", TypeName=name, SchemaHandlerPackage=url)
    call(local, "deregister_type", Type="RESOURCE", TypeName=name, VersionId="00000002")
    answer = local.register(toy.schema(name), content)
    assert answer["TypeVersionArn"].endswith("/00000051")
    page = call(local, "list_type_versions", Type="RESOURCE", TypeName=name, MaxResults=30)
    rest = call(local, "list_type_versions", Type="RESOURCE", TypeName=name, NextToken=page["NextToken"])
    assert len(page["TypeVersionSummaries"]) + len(rest["TypeVersionSummaries"]) == 50


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "resources.cloudformation.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def role(local: Local, name: str, type_name: str) -> str:
    trust = json.loads(json.dumps(TRUST))
    source = f"arn:aws:cloudformation:us-east-1:123456789012:type/resource/{type_name.replace('::', '-')}/*"
    trust["Statement"][0]["Condition"] = {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "StringLike": {"aws:SourceArn": source},
    }
    iam = local.client("iam")
    answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return str(answer["Role"]["Arn"])


def test_roles_and_logging(local: Local, stack: str) -> None:
    name = named(stack)
    arn = role(local, f"{stack}-role", name)
    local.type(name, ExecutionRoleArn=arn, LoggingConfig={"LogRoleArn": arn, "LogGroupName": "toy-logs"})
    found = call(local, "describe_type", Type="RESOURCE", TypeName=name)
    assert found["ExecutionRoleArn"] == arn
    assert found["LoggingConfig"] == {"LogRoleArn": arn, "LogGroupName": "toy-logs"}
    assert local.deploy(stack, {"Thing": thing(type_name=name, Behave=["CREATE:rounds:1"])}) == "CREATE_COMPLETE"
    data = [event["requestData"] for event in local.handled(stack) if event["action"] == "CREATE"]
    assert data[0]["providerLogGroupName"] == "toy-logs"
    assert set(data[0]["callerCredentials"]) == {"accessKeyId", "secretAccessKey", "sessionToken"}
    # fresh ones for each invocation, and different ones for the logs
    assert len({d[kind]["accessKeyId"] for d in data for kind in ("callerCredentials", "providerCredentials")}) == 4


@pytest.mark.parametrize(("other", "reason"), [(True, "its trust policy does not allow"), (False, "it does not exist")])
def test_a_role_that_cannot_be_assumed(local: Local, stack: str, other: bool, reason: str) -> None:
    name = named(stack)
    arn = role(local, f"{stack}-role", "Toy::Test::Other") if other else "arn:aws:iam::123456789012:role/nobody"
    local.type(name, ExecutionRoleArn=arn)
    assert local.deploy(stack, {"Thing": thing(type_name=name)}) == "ROLLBACK_COMPLETE"
    assert reason in local.reasons(stack)
    assert "HandlerErrorCode: AccessDenied" in local.reasons(stack)


def test_registration_by_template(local: Local, stack: str) -> None:
    name = named(stack)
    arn = role(local, f"{stack}-role", name)

    def resources(url: str) -> dict[str, Any]:
        return {
            "Version": {
                "Type": "AWS::CloudFormation::ResourceVersion",
                "Properties": {
                    "TypeName": name,
                    "SchemaHandlerPackage": url,
                    "ExecutionRoleArn": arn,
                    "LoggingConfig": {"LogRoleArn": arn, "LogGroupName": "toy-logs"},
                },
            },
            "Default": {
                "Type": "AWS::CloudFormation::ResourceDefaultVersion",
                "Properties": {"TypeVersionArn": {"Ref": "Version"}},
            },
        }

    outputs = {"Id": {"Fn::GetAtt": ["Version", "VersionId"]}, "Type": {"Fn::GetAtt": ["Version", "TypeArn"]}}
    assert local.deploy(stack, resources(local.upload(toy.package(toy.schema(name)))), outputs) == "CREATE_COMPLETE"
    assert local.outputs(stack)["Id"] == "00000001"
    assert local.outputs(stack)["Type"].endswith(name.replace("::", "-"))
    # a new package: another version, made default before the old one is deregistered
    assert local.deploy(stack, resources(local.upload(toy.package(toy.schema(name)))), outputs) == "UPDATE_COMPLETE"
    assert versions(local, name) == [("00000002", True)]
    assert versions(local, name, "DEPRECATED") == [("00000001", False)]
    assert call(local, "describe_type", Type="RESOURCE", TypeName=name)["ExecutionRoleArn"] == arn
    # a package that is refused changes nothing
    bad = resources(local.upload(b"no zip"))
    assert local.deploy(stack, bad, outputs) == "UPDATE_ROLLBACK_COMPLETE"
    assert "not a zip file" in local.reasons(stack, "Version")
    assert versions(local, name) == [("00000002", True)]
    assert local.delete(stack) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="TypeNotFoundException"):
        call(local, "describe_type", Type="RESOURCE", TypeName=name)
