"""The types of AWS Data Exchange that CloudFormation has itself, on the local Data Exchange."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Local
from data_exchange import ended, exchange, open_revision, post
from official import Official


def data_set(**changes: Any) -> dict[str, Any]:
    properties = {"Name": "Prices", "Description": "Daily prices", "AssetType": "S3_SNAPSHOT", **changes}
    return {"Data": {"Type": "AWS::DataExchange::DataSet", "Properties": properties}}


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
    client = exchange(local)
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
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_data_set(DataSetId=found["Id"])
    assert local.delete(stack) == "DELETE_COMPLETE"


def take(local: Local, stack: str, logical_id: str, resource: dict[str, Any], arn: str) -> str:
    """Imports what exists into a stack of its own; returns the status it ends in."""
    change_set = {"StackName": stack, "ChangeSetName": "take"}
    wanted = {
        "ResourceType": resource["Type"],
        "LogicalResourceId": logical_id,
        "ResourceIdentifier": {"Arn": arn},
    }
    local.client("cloudformation").create_change_set(
        **change_set,
        ChangeSetType="IMPORT",
        ResourcesToImport=[wanted],
        TemplateBody=json.dumps({"Resources": {logical_id: {**resource, "DeletionPolicy": "Delete"}}}),
    )
    local.client("cloudformation").execute_change_set(**change_set)
    return local.settled(stack)


def test_a_data_set_is_imported_and_a_wrong_one_refused(local: Local, stack: str) -> None:
    made = exchange(local).create_data_set(Name="Prices", Description="Daily prices", AssetType="S3_SNAPSHOT")
    assert take(local, stack, "Data", data_set()["Data"], made["Arn"]) == "IMPORT_COMPLETE"
    assert local.delete(stack) == "DELETE_COMPLETE"
    assert local.deploy(f"{stack}-bad", data_set(AssetType="PAPER")) == "ROLLBACK_COMPLETE"
    assert "#/AssetType: PAPER is not a valid enum value" in local.reasons(f"{stack}-bad", "Data")


# --- event actions ----------------------------------------------------------------------------------------------


def event_action(data_set: str, bucket: str, pattern: str, **more: Any) -> dict[str, Any]:
    destination = {"Bucket": bucket, "KeyPattern": pattern}
    properties = {
        "Action": {"ExportRevisionToS3": {"RevisionDestination": destination}},
        "Event": {"RevisionPublished": {"DataSetId": data_set}},
        **more,
    }
    return {"Export": {"Type": "AWS::DataExchange::EventAction", "Properties": properties}}


def test_an_event_action_exports_what_is_published(local: Local, stack: str, tmp_path: Path) -> None:
    client, official = exchange(local), Official(local, tmp_path)
    local.client("s3").create_bucket(Bucket=stack)
    local.client("s3").put_object(Bucket=stack, Key="prices.csv", Body=b"17")
    place = open_revision(local)
    entitled = post(local, f"data-sets/{place['DataSetId']}/entitle")["Id"]

    # created by the AWS CLI
    outputs = {name: {"Value": {"Fn::GetAtt": ["Export", name]}} for name in ("Arn", "EventActionId", "CreatedAt")}
    tags = [{"Key": "team", "Value": "blue"}]
    resources = event_action(entitled, stack, "auto/${Asset.Name}", Tags=tags)
    (tmp_path / "stack.json").write_text(json.dumps({"Resources": resources, "Outputs": outputs}))
    official.cloudformation("create-stack", "--stack-name", stack, "--template-body", "file://stack.json")
    assert local.settled(stack) == "CREATE_COMPLETE"
    made = local.outputs(stack)
    assert local.physical_id(stack, "Export") == made["Arn"]
    assert made["Arn"].endswith(f":event-actions/{made['EventActionId']}")
    assert client.get_event_action(EventActionId=made["EventActionId"])["Tags"] == {"team": "blue"}

    # a revision of the owner is published: a job exports the subscriber's copy of it
    source = {"AssetSources": [{"Bucket": stack, "Key": "prices.csv"}]}
    job = client.create_job(Type="IMPORT_ASSETS_FROM_S3", Details={"ImportAssetsFromS3": {**place, **source}})["Id"]
    client.start_job(JobId=job)
    assert ended(client, job)["State"] == "COMPLETED"
    client.update_revision(**place, Finalized=True)
    post(local, f"revisions/{place['RevisionId']}/publish")
    [found] = official.aws("dataexchange", "list-jobs", "--data-set-id", entitled)["Jobs"]
    assert ended(client, found["Id"])["State"] == "COMPLETED"
    [export] = found["Details"]["ExportRevisionsToS3"]["RevisionDestinations"]
    assert (found["Type"], export["KeyPattern"]) == ("EXPORT_REVISIONS_TO_S3", "auto/${Asset.Name}")
    assert found["Details"]["ExportRevisionsToS3"]["EventActionArn"] == made["Arn"]
    assert local.client("s3").get_object(Bucket=stack, Key="auto/prices.csv")["Body"].read() == b"17"


def test_the_life_of_an_event_action(local: Local, stack: str) -> None:
    client = exchange(local)
    local.client("s3").create_bucket(Bucket=stack)
    first, other = (post(local, f"data-sets/{open_revision(local)['DataSetId']}/entitle")["Id"] for _ in range(2))
    assert local.deploy(stack, event_action(first, stack, "${Asset.Name}")) == "CREATE_COMPLETE"
    arn = local.physical_id(stack, "Export")

    # the action is changed in place, another event is another event action
    assert local.deploy(stack, event_action(first, stack, "new/${Asset.Name}")) == "UPDATE_COMPLETE"
    assert local.physical_id(stack, "Export") == arn
    assert local.drift(stack) == {}
    by_hand = event_action(first, stack, "hand/${Asset.Name}")["Export"]["Properties"]["Action"]
    client.update_event_action(EventActionId=arn.split("/")[-1], Action=by_hand)
    assert local.drift(stack) == {"Export": ["/Action/ExportRevisionToS3/RevisionDestination/KeyPattern"]}
    assert local.deploy(stack, event_action(other, stack, "new/${Asset.Name}")) == "UPDATE_COMPLETE"
    second = local.physical_id(stack, "Export")
    assert second != arn
    assert [each["Arn"] for each in client.list_event_actions(EventSourceId=first)["EventActions"]] == []

    # deleted with the stack; what is gone already counts as deleted
    assert local.delete(stack) == "DELETE_COMPLETE"
    assert client.list_event_actions(EventSourceId=other)["EventActions"] == []
    resource = event_action(other, stack, "${Asset.Name}")
    made = client.create_event_action(**{name: resource["Export"]["Properties"][name] for name in ("Action", "Event")})
    assert take(local, f"{stack}-taken", "Export", resource["Export"], made["Arn"]) == "IMPORT_COMPLETE"
    client.delete_event_action(EventActionId=made["Id"])
    assert local.delete(f"{stack}-taken") == "DELETE_COMPLETE"


def test_an_event_action_for_a_data_set_of_ones_own_is_refused(local: Local, stack: str) -> None:
    local.client("s3").create_bucket(Bucket=stack)
    owned = open_revision(local)["DataSetId"]
    assert local.deploy(stack, event_action(owned, stack, "${Asset.Name}")) == "ROLLBACK_COMPLETE"
    assert "must name an entitled data set" in local.reasons(stack, "Export")
    assert "HandlerErrorCode: InvalidRequest" in local.reasons(stack, "Export")
