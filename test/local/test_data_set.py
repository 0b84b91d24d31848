"""AWS::DataExchange::DataSet, on the local Data Exchange."""

from __future__ import annotations

import json
from typing import Any

import boto3

from conftest import Local


def data_set(**changes: Any) -> dict[str, Any]:
    properties = {"Name": "Prices", "Description": "Daily prices", "AssetType": "S3_SNAPSHOT", **changes}
    return {"Data": {"Type": "AWS::DataExchange::DataSet", "Properties": properties}}


def service(local: Local) -> Any:
    url = local.environment["AWS_ENDPOINT_URL_DATAEXCHANGE"]
    session = boto3.session.Session("local", "local", region_name="us-east-1")
    return session.client("dataexchange", endpoint_url=url)


def test_data_set(local: Local, stack: str) -> None:
    tags = [{"Key": "team", "Value": "blue"}, {"Key": "old", "Value": "1"}]
    outputs = {
        "Ref": {"Ref": "Data"},
        **{name: {"Fn::GetAtt": ["Data", name]} for name in ("Arn", "Id", "CreatedAt", "UpdatedAt", "Origin")},
    }
    assert local.deploy(stack, data_set(Tags=tags), outputs, Tags=[{"Key": "stack", "Value": "s"}]) == "CREATE_COMPLETE"
    found = local.outputs(stack)
    assert found["Ref"] == found["Arn"]
    assert found["Arn"].endswith(f":data-sets/{found['Id']}")
    assert found["Origin"] == "OWNED"
    assert found["CreatedAt"].endswith("Z")
    client = service(local)
    held = client.get_data_set(DataSetId=found["Id"])
    assert (held["Name"], held["AssetType"]) == ("Prices", "S3_SNAPSHOT")
    assert held["Tags"] == {"team": "blue", "old": "1", "stack": "s"}

    changed = data_set(Name="Quotes", Tags=[{"Key": "team", "Value": "red"}])
    assert local.deploy(stack, changed, outputs) == "UPDATE_COMPLETE"
    held = client.get_data_set(DataSetId=found["Id"])
    assert held["Name"] == "Quotes"
    assert held["Tags"]["team"] == "red"
    assert "old" not in held["Tags"]

    assert local.drift(stack) == {}
    client.update_data_set(DataSetId=found["Id"], Name="Changed by hand")
    assert local.drift(stack) == {"Data": ["/Name"]}

    assert local.deploy(stack, data_set(AssetType="API_GATEWAY_API"), outputs) == "UPDATE_COMPLETE"
    assert local.outputs(stack)["Id"] != found["Id"]
    try:
        client.get_data_set(DataSetId=found["Id"])
    except client.exceptions.ResourceNotFoundException:
        pass
    else:
        raise AssertionError("the replaced data set is still there")
    assert local.delete(stack) == "DELETE_COMPLETE"


def test_import_and_errors(local: Local, stack: str) -> None:
    client = service(local)
    made = client.create_data_set(Name="Prices", Description="Daily prices", AssetType="S3_SNAPSHOT")
    cloudformation = local.client("cloudformation")
    template = {"Resources": {"Data": {**data_set()["Data"], "DeletionPolicy": "Delete"}}}
    wanted = {
        "ResourceType": "AWS::DataExchange::DataSet",
        "LogicalResourceId": "Data",
        "ResourceIdentifier": {"Arn": made["Arn"]},
    }
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="take",
        ChangeSetType="IMPORT",
        ResourcesToImport=[wanted],
        TemplateBody=json.dumps(template),
    )
    cloudformation.execute_change_set(StackName=stack, ChangeSetName="take")
    assert local.settled(stack) == "IMPORT_COMPLETE"
    assert local.delete(stack) == "DELETE_COMPLETE"
    assert local.deploy(f"{stack}-bad", data_set(AssetType="PAPER")) == "ROLLBACK_COMPLETE"
    assert "#/AssetType: PAPER is not a valid enum value" in local.reasons(f"{stack}-bad", "Data")
