"""The life of a registration by register.yml: upgrades, a roll-back, upgrades that fail, and the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import BUCKET, TYPE, Local, Project

STACK = "upgraded"
#: a resource that cannot be made, and that is tried after the new version has become the default
FAILING = f"""
  Failing:
    Type: AWS::CloudFormation::ResourceVersion
    DependsOn: DefaultVersion
    Properties:
      TypeName: Failing::Test::Thing
      SchemaHandlerPackage: s3://{BUCKET}/broken.zip
"""


@pytest.fixture(scope="module")
def template(local: Local, project: Project) -> str:
    """register.yml. A bucket holds the package under three keys, and under a fourth one what is no package."""
    s3 = local.client("s3")
    for key in ("1.zip", "2.zip", "3.zip"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=project.zip.read_bytes())
    s3.put_object(Bucket=BUCKET, Key="broken.zip", Body=b"no package")
    return (project.folder / "register.yml").read_text("utf-8")


def deploy(local: Local, template: str, key: str, **parameters: str) -> str:
    """Creates or updates the stack with the package of a key; returns the status it ends in."""
    client = local.client("cloudformation")
    given = {"PackageBucket": BUCKET, "PackageKey": key, **parameters}
    request: dict[str, Any] = {
        "StackName": STACK,
        "TemplateBody": template,
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    if local.status(STACK) in ("", "DELETE_COMPLETE"):
        client.create_stack(**request)
    else:
        client.update_stack(**request)
    return local.settled(STACK)


def registered(local: Local) -> Any:
    """The default version, which is the only one."""
    client = local.client("cloudformation")
    versions = client.list_type_versions(Type="RESOURCE", TypeName=TYPE)["TypeVersionSummaries"]
    assert [each["IsDefaultVersion"] for each in versions] == [True]
    return client.describe_type(Type="RESOURCE", TypeName=TYPE)


def delete(local: Local) -> None:
    """The stack, and with it the type."""
    assert local.delete(STACK) == "DELETE_COMPLETE", local.reasons(STACK, "TypeVersion")
    types = local.client("cloudformation").list_types(Visibility="PRIVATE")["TypeSummaries"]
    assert TYPE not in [each["TypeName"] for each in types]


def roles(local: Local) -> list[str]:
    resources = local.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::IAM::Role"]


def test_every_upgrade_leaves_one_version_and_delete_stack_none(local: Local, template: str) -> None:
    chosen = {"JobTypes": "IMPORT_ASSETS_FROM_S3", "SourceBucketArns": "arn:aws:s3:::weather-files"}
    assert deploy(local, template, "1.zip", **chosen) == "CREATE_COMPLETE"
    versions = [registered(local)["Arn"]]

    # two upgrades, and back to the first package
    for key in ("2.zip", "3.zip", "1.zip"):
        assert deploy(local, template, key, **chosen) == "UPDATE_COMPLETE"
        versions.append(registered(local)["Arn"])
        assert local.outputs(STACK)["TypeVersionArn"] == versions[-1]
    assert len(set(versions)) == 4

    # upgrades that fail: at once, and after the new version has become the default
    assert deploy(local, template, "broken.zip", **chosen) == "UPDATE_ROLLBACK_COMPLETE"
    assert registered(local)["Arn"] == versions[-1]
    failing = template.replace("\nResources:\n", f"\nResources:\n{FAILING}")
    assert deploy(local, failing, "2.zip", **chosen) == "UPDATE_ROLLBACK_COMPLETE"
    assert registered(local)["Arn"] == versions[-1]

    delete(local)


def test_roles_of_ones_own(local: Local, template: str) -> None:
    """With them the stack makes none. Without them it makes its own, with the path that it is given."""
    iam = local.client("iam")
    principal = {"Service": "resources.cloudformation.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    own = {
        name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for name in ("Execution", "Logging")
    }
    parameters = {"ExecutionRoleArn": own["Execution"], "LoggingRoleArn": own["Logging"]}
    assert deploy(local, template, "1.zip", **parameters) == "CREATE_COMPLETE"
    version = registered(local)
    assert version["ExecutionRoleArn"] == local.outputs(STACK)["ExecutionRoleArn"] == own["Execution"]
    assert version["LoggingConfig"]["LogRoleArn"] == own["Logging"]
    assert roles(local) == []

    assert (
        deploy(local, template, "1.zip", JobTypes="EXPORT_ASSET_TO_SIGNED_URL", RolePath="/types/") == "UPDATE_COMPLETE"
    )
    version = registered(local)
    made = [iam.get_role(RoleName=name)["Role"] for name in roles(local)]
    assert {role["Arn"] for role in made} == {version["ExecutionRoleArn"], version["LoggingConfig"]["LogRoleArn"]}
    assert [role["Path"] for role in made] == ["/types/"] * 2
    assert version["LoggingConfig"]["LogGroupName"] == local.outputs(STACK)["LogGroupName"]

    delete(local)
