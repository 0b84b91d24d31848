"""Each example is deployed, drifts nowhere, is updated and deleted, by the official client."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from conftest import ROOT, TYPE, Local, Project
from data_exchange import assets, ended, exchange, fetched, finalised, md5_of, open_revision
from weather import FILES, PUBLISHED, Stack, local_with_type


def asset_of(stack: Stack, revision: str) -> dict[str, Any]:
    """The details of the only asset of a revision."""
    where = {"DataSetId": stack.data_set(), "RevisionId": revision}
    [asset] = exchange(stack.local).list_revision_assets(**where)["Assets"]
    [(_, details)] = exchange(stack.local).get_asset(**where, AssetId=asset["Id"])["AssetDetails"].items()
    return dict(details)


def role(local: Local) -> str:
    found = local.client("cloudformation").describe_type(Type="RESOURCE", TypeName=TYPE)
    return str(found["ExecutionRoleArn"])


# --- the lives of the examples ----------------------------------------------------------------------------------


def publish(stack: Stack) -> None:
    """What further deployments of it do is in test_second_deployment.py."""
    first = stack.deploy("CREATE_COMPLETE", FilesBucket=FILES, CopyBucketName="copies-of-weather")["RevisionId"]
    second = stack.deploy("UPDATE_COMPLETE", ReadingsKey="readings/2026-11.csv")["RevisionId"]
    data_set = stack.data_set()
    assert [name for name, _ in stack.assets(second)] == [
        "NOTE.txt",
        "map.png",
        "readings/2026-11.csv",
        "stations.csv",
    ]
    stack.delete()
    assert stack.revision(first, data_set)
    assert stack.revision(second, data_set)


def correct_and_revoke(stack: Stack) -> None:
    first = stack.deploy("CREATE_COMPLETE", FilesBucket=FILES)["RevisionId"]
    assert finalised(stack.local, stack.data_set(), first)
    data_set = stack.data_set()
    found = exchange(stack.local).get_revision(DataSetId=data_set, RevisionId=first)
    assert (found["Comment"], found["Tags"]["release"]) == ("Release 1", "1")

    assert stack.deploy("UPDATE_COMPLETE", ReasonForRevoking="The readings of Bern were wrong.")["RevisionId"] == first
    second = stack.deploy("UPDATE_COMPLETE", Release="2")["RevisionId"]
    assert second != first
    assert stack.assets(second) == [(key, PUBLISHED[key]) for key in ("readings/2026-10.csv", "stations.csv")]
    assert stack.revision(first) is None
    stack.delete()
    assert stack.revision(second, data_set) is None


def inline_asset(stack: Stack) -> None:
    deployed = stack.deploy("CREATE_COMPLETE")
    assert deployed["State"] == "COMPLETED"
    stations = b"id,name,latitude,longitude\nBER,Bern,46.95,7.44\nLUG,Lugano,46.00,8.95\n"
    (dot, picture), rest = stack.assets(deployed["RevisionId"])
    assert (dot, picture[:6]) == ("dot.gif", b"GIF89a")
    assert rest == ("stations.csv", stations)

    updated = stack.deploy("UPDATE_COMPLETE", Comment="Second edition")
    assert updated == deployed
    where = {"DataSetId": stack.data_set(), "RevisionId": deployed["RevisionId"]}
    assert exchange(stack.local).get_revision(**where)["Comment"] == "Second edition"
    assert finalised(stack.local, stack.data_set(), deployed["RevisionId"])
    stack.delete()


def signed_url_import(stack: Stack) -> None:
    report = b"day,price\n2026-11-22,18\n"
    place = open_revision(stack.local)
    prepared = stack.deploy("CREATE_COMPLETE", **place, Md5Hash=md5_of(report))
    assert prepared["State"] == "WAITING"
    headers = {"Content-MD5": md5_of(report)}
    request = urllib.request.Request(prepared["UploadUrl"], data=report, headers=headers, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    assert stack.deploy("UPDATE_COMPLETE", Start="true")["State"] == "COMPLETED"
    stack.delete()
    assert assets(stack.local, place["DataSetId"], place["RevisionId"]) == [("report.csv", report)]


def signed_url_export(stack: Stack) -> None:
    client, place = exchange(stack.local), open_revision(stack.local)
    source = {"AssetSources": [{"Bucket": FILES, "Key": "map.png"}]}
    job = client.create_job(Type="IMPORT_ASSETS_FROM_S3", Details={"ImportAssetsFromS3": {**place, **source}})["Id"]
    client.start_job(JobId=job)
    assert ended(client, job)["State"] == "COMPLETED"
    [asset] = client.list_revision_assets(**place)["Assets"]

    first = stack.deploy("CREATE_COMPLETE", **place, AssetId=asset["Id"])
    assert fetched(first["DownloadUrl"]) == PUBLISHED["map.png"]
    second = stack.deploy("UPDATE_COMPLETE", Link="2")
    assert second["DownloadUrl"] != first["DownloadUrl"]
    assert fetched(second["DownloadUrl"]) == PUBLISHED["map.png"]
    stack.delete()


def export_assets(stack: Stack) -> None:
    first = stack.deploy("CREATE_COMPLETE", ExecutionRoleArn=role(stack.local), CopyBucketName="encrypted-copies")
    assert stack.object("encrypted-copies", "newest/stations.csv") == b"id,name\nBER,Bern\n"
    encrypted = stack.local.client("s3").head_object(Bucket="encrypted-copies", Key="newest/stations.csv")
    assert (encrypted["ServerSideEncryption"], encrypted["SSEKMSKeyId"].split("/")[-1]) == (
        "aws:kms",
        stack.physical_id("Key"),
    )
    second = stack.deploy("UPDATE_COMPLETE", Stations="id,name\nLUG,Lugano\n")
    assert stack.object("encrypted-copies", "newest/stations.csv") == b"id,name\nLUG,Lugano\n"
    assert second["AssetId"] != first["AssetId"]
    assert stack.revision(first["RevisionId"]) is None
    stack.delete()


def publish_api(stack: Stack) -> None:
    first = stack.deploy("CREATE_COMPLETE")
    api = asset_of(stack, first["RevisionId"])
    assert (api["ApiId"], api["Stage"]) == (first["ApiId"], "prod")
    assert json.loads(fetched(api["ApiSpecificationDownloadUrl"]))["info"]["title"] == "weather"
    second = stack.deploy("UPDATE_COMPLETE", ApiDescription="Readings of *each* station.")
    assert asset_of(stack, second["RevisionId"])["ApiDescription"] == "Readings of *each* station."
    assert stack.revision(first["RevisionId"]) is None
    stack.delete()


def s3_data_access(stack: Stack) -> None:
    first = stack.deploy("CREATE_COMPLETE", ExecutionRoleArn=role(stack.local), BucketName="read-in-place")
    access = asset_of(stack, first["RevisionId"])
    assert (access["Bucket"], access["KeyPrefixes"]) == ("read-in-place", ["readings/"])
    assert access["S3AccessPointAlias"] == first["AccessPointAlias"]
    assert access["S3AccessPointArn"] == first["AccessPointArn"]
    second = stack.deploy("UPDATE_COMPLETE", KeyPrefix="stations/")
    assert second["AccessPointAlias"] != first["AccessPointAlias"]
    assert stack.revision(first["RevisionId"]) is None
    stack.delete()


def redshift_datashare(stack: Stack) -> None:
    share = "arn:aws:redshift:us-east-1:123456789012:datashare:1c5b1b48-7ce2-4a5a-9b1d-5e0f6f4c3b2a/weather"
    first = stack.deploy("CREATE_COMPLETE", DatashareArn=share)
    assert asset_of(stack, first["RevisionId"]) == {"Arn": share}
    second = stack.deploy("UPDATE_COMPLETE", DatashareArn=f"{share}2027")
    assert asset_of(stack, second["RevisionId"]) == {"Arn": f"{share}2027"}
    assert stack.revision(first["RevisionId"]) is None
    stack.delete()


def lake_formation(stack: Stack) -> None:
    role = stack.deploy("CREATE_COMPLETE")["RoleArn"]
    assert role.endswith(":role/weather-data-exchange")
    revision = stack.deploy("UPDATE_COMPLETE", Import="true")["RevisionId"]
    where = {"DataSetId": stack.data_set(), "RevisionId": revision}
    found = exchange(stack.local).list_revision_assets(**where)["Assets"]
    details = [asset["AssetDetails"]["LakeFormationDataPermissionAsset"] for asset in found]
    assert [each["RoleArn"] for each in details] == [role, role]
    other = stack.deploy("UPDATE_COMPLETE", Topic="climate")["RevisionId"]
    assert other != revision
    assert stack.revision(revision) is None
    stack.delete()


def missing_object(stack: Stack) -> None:
    """The event has the reason, and nothing stays."""
    stack.deploy("ROLLBACK_COMPLETE", FilesBucket=FILES)
    assert "readings/2026-13.csv" in stack.local.reasons(stack.name, "Readings")
    events = stack.local.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    [job] = {event["PhysicalResourceId"] for event in events if event["LogicalResourceId"] == "Readings"} - {""}
    failed = exchange(stack.local).get_job(JobId=job)
    assert failed["State"] == "ERROR"
    place = failed["Details"]["ImportAssetsFromS3"]
    assert stack.revision(place["RevisionId"], place["DataSetId"]) is None
    stack.delete()


LIVES: dict[str, Callable[[Stack], None]] = {
    life.__name__.replace("_", "-"): life
    for life in (
        publish,
        correct_and_revoke,
        inline_asset,
        signed_url_import,
        signed_url_export,
        export_assets,
        publish_api,
        s3_data_access,
        redshift_datashare,
        lake_formation,
        missing_object,
    )
}


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[dict[str, Future[None]]]:
    """All lives, side by side: they mostly wait for their jobs."""
    with local_with_type(tmp_path_factory, project) as local, ThreadPoolExecutor(len(LIVES)) as pool:
        yield {name: pool.submit(life, Stack(local, name, project.example(name))) for name, life in LIVES.items()}


@pytest.mark.parametrize("name", LIVES)
def test_life(lives: dict[str, Future[None]], name: str) -> None:
    lives[name].result()


def test_every_example_is_tried_and_every_job_type_has_one() -> None:
    examples = {path.stem: path.read_text("utf-8") for path in (ROOT / "examples").glob("*.yml")}
    assert sorted(examples) == sorted(LIVES)
    schema = json.loads((ROOT / "aws-dataexchange-job.json").read_text("utf-8"))
    shown = {found for text in examples.values() for found in re.findall(r"^      Type: (\w+)$", text, re.MULTILINE)}
    assert sorted(schema["properties"]["Type"]["enum"]) == sorted(shown)
