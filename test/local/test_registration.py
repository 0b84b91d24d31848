"""The life of a registration by register.yml: upgrades, a roll-back, upgrades that fail, and the end."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import BUCKET, ROOT, Local
from official import THERE, Official

pytestmark = pytest.mark.skipif(not THERE, reason="needs `make setup`")

TYPE, STACK = "Upgraded::DataExchange::Job", "upgraded"
SLUG = TYPE.lower().replace("::", "-")
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make package` leaves, out of build/, where a user may have packages of their own."""
    subprocess.run(["make", "-s", "package", f"TYPE_NAME={TYPE}"], cwd=ROOT, check=True, capture_output=True)
    return Path(shutil.move(ROOT / "build" / SLUG, tmp_path_factory.mktemp("package") / SLUG))


@pytest.fixture(scope="module")
def official(local: Local, folder: Path) -> Official:
    """With a bucket that holds the package under three keys, and under a fourth one what is no package."""
    s3 = local.client("s3")
    for key in ("1.zip", "2.zip", "3.zip"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=(folder / f"{SLUG}.zip").read_bytes())
    s3.put_object(Bucket=BUCKET, Key="broken.zip", Body=b"no package")
    return Official(local, folder)


def deploy(official: Official, key: str, more: str = "", **parameters: str) -> str:
    """Creates or updates the stack with the package of a key; returns the status it ends in."""
    local = official.local
    client = local.client("cloudformation")
    given = {"PackageBucket": BUCKET, "PackageKey": key, **parameters}
    template = (official.folder / "register.yml").read_text("utf-8")
    request: dict[str, Any] = {
        "StackName": STACK,
        "TemplateBody": template.replace("\nResources:\n", f"\nResources:\n{more}"),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    if local.status(STACK) in ("", "DELETE_COMPLETE"):
        client.create_stack(**request)
    else:
        client.update_stack(**request)
    return local.settled(STACK)


def registered(official: Official) -> Any:
    """The default version, which is the only one."""
    assert [default for _, default in official.versions(TYPE)] == [True]
    return official.cloudformation("describe-type", "--type", "RESOURCE", "--type-name", TYPE)


def delete(official: Official) -> None:
    """The stack, and with it the type."""
    assert official.local.delete(STACK) == "DELETE_COMPLETE", official.local.reasons(STACK, "TypeVersion")
    types = official.cloudformation("list-types", "--visibility", "PRIVATE")["TypeSummaries"]
    assert TYPE not in [each["TypeName"] for each in types]


def roles(local: Local) -> list[str]:
    resources = local.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::IAM::Role"]


def test_every_upgrade_leaves_one_version_and_delete_stack_none(official: Official) -> None:
    chosen = {"JobTypes": "IMPORT_ASSETS_FROM_S3", "SourceBucketArns": "arn:aws:s3:::weather-files"}
    assert deploy(official, "1.zip", **chosen) == "CREATE_COMPLETE"
    versions = [registered(official)["Arn"]]

    # two upgrades, and back to the first package
    for key in ("2.zip", "3.zip", "1.zip"):
        assert deploy(official, key, **chosen) == "UPDATE_COMPLETE"
        versions.append(registered(official)["Arn"])
        assert official.local.outputs(STACK)["TypeVersionArn"] == versions[-1]
    assert len(set(versions)) == 4

    # upgrades that fail: at once, and after the new version has become the default
    assert deploy(official, "broken.zip", **chosen) == "UPDATE_ROLLBACK_COMPLETE"
    assert registered(official)["Arn"] == versions[-1]
    assert deploy(official, "2.zip", more=FAILING, **chosen) == "UPDATE_ROLLBACK_COMPLETE"
    assert registered(official)["Arn"] == versions[-1]

    delete(official)


def test_roles_of_ones_own(official: Official) -> None:
    """With them the stack makes none. Without them it makes its own, with the path that it is given."""
    local, iam = official.local, official.local.client("iam")
    principal = {"Service": "resources.cloudformation.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    own = {
        name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for name in ("Execution", "Logging")
    }
    parameters = {"ExecutionRoleArn": own["Execution"], "LoggingRoleArn": own["Logging"]}
    assert deploy(official, "1.zip", **parameters) == "CREATE_COMPLETE"
    version = registered(official)
    assert version["ExecutionRoleArn"] == local.outputs(STACK)["ExecutionRoleArn"] == own["Execution"]
    assert version["LoggingConfig"]["LogRoleArn"] == own["Logging"]
    assert roles(local) == []

    assert deploy(official, "1.zip", JobTypes="EXPORT_ASSET_TO_SIGNED_URL", RolePath="/types/") == "UPDATE_COMPLETE"
    version = registered(official)
    made = [iam.get_role(RoleName=name)["Role"] for name in roles(local)]
    assert {role["Arn"] for role in made} == {version["ExecutionRoleArn"], version["LoggingConfig"]["LogRoleArn"]}
    assert [role["Path"] for role in made] == ["/types/"] * 2
    assert version["LoggingConfig"]["LogGroupName"] == local.outputs(STACK)["LogGroupName"]

    delete(official)
