"""The life of a type with the official clients and nothing else: cfn, sam and aws, each as its makers ship it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toy
from conftest import Local
from official import THERE, TOOLS, Official

NAME = "Toy::Official::Thing"
ROLE = """
Parameters:
  Type:
    Type: String
    Default: arn:aws:cloudformation:us-east-1:123456789012:type/resource/Toy-Official-Thing
Resources:
  ExecutionRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: resources.cloudformation.amazonaws.com }
            Action: sts:AssumeRole
            Condition:
              StringEquals: { "aws:SourceAccount": !Ref AWS::AccountId }
              StringLike: { "aws:SourceArn": !Sub "${Type}/*" }
Outputs:
  ExecutionRoleArn: { Value: !GetAtt ExecutionRole.Arn }
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  TypeFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: makefile }
    Properties: { Handler: handlers.entrypoint, Runtime: nodejs22.x, CodeUri: ./ }
"""


def project(folder: Path) -> None:
    """What `cfn init` and a little work would leave in a folder."""
    settings = json.loads(toy.settings(NAME))
    settings["settings"]["buildCommand"] = f"{TOOLS['sam']} build --build-dir build"
    files = {
        ".rpdk-config": json.dumps(settings),
        "toy-official-thing.json": json.dumps(toy.schema(NAME)),
        "resource-role.yaml": ROLE,
        "template.yml": SAM,
        "Makefile": "build-TypeFunction:\n\tcp src/handlers.js $(ARTIFACTS_DIR)/\n",
        "package.json": "{}",
        "src/handlers.js": toy.HANDLER,
        "inputs/inputs_1_create.json": '{"Name":"one"}',
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)


@pytest.mark.skipif(not THERE, reason="needs `make setup`")
def test_the_life_of_a_type(local: Local, tmp_path: Path) -> None:
    project(tmp_path)
    official = Official(local, tmp_path)

    # registered from a project: the package bucket and the role are stacks of cfn's own
    official.run("cfn", "submit", "--set-default")
    described = official.cloudformation("describe-type", "--type", "RESOURCE", "--type-name", NAME)
    assert described["DefaultVersionId"] == "00000001"
    assert ":role/" in described["ExecutionRoleArn"]

    # deployed
    template = {"Resources": {"Thing": {"Type": NAME, "Properties": {"Name": "one", "Label": "x"}}}}
    (tmp_path / "stack.json").write_text(json.dumps(template))
    deploy = ("deploy", "--stack-name", "official", "--template-file", "stack.json", "--no-confirm-changeset")
    assert "Successfully created/updated stack" in official.run("sam", *deploy, "--resolve-s3")
    identifier = local.physical_id("official")
    create = next(event for event in local.handled("official") if event["action"] == "CREATE")
    assert "callerCredentials" in create["requestData"]

    # changed behind CloudFormation's back
    local.change_thing(identifier, Label="by hand")
    assert local.drift("official") == {"Thing": ["/Label"]}

    # what exists is taken into a stack
    local.change_thing("thing-found", Id="thing-found", Name="found", Size=1)
    found = {"Thing": {"Type": NAME, "Properties": {"Name": "found"}, "DeletionPolicy": "Delete"}}
    taken = official.take("official-import", NAME, "Thing", "thing-found", {"Resources": found})
    assert taken == "IMPORT_COMPLETE"
    assert local.physical_id("official-import") == "thing-found"

    # another version becomes the default, and the first one is removed
    (tmp_path / "second.zip").write_bytes(toy.package(toy.schema(NAME)))
    official.run("aws", "s3", "cp", "second.zip", "s3://packages/official-second.zip")
    versions = official.register_second_version(NAME, "s3://packages/official-second.zip")
    assert versions == [("00000002", True)]

    # and what the first version made is the second one's to remove
    assert local.delete("official") == "DELETE_COMPLETE"
    assert local.thing(identifier) is None
