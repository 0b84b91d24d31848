"""The real type, registered and used as its users will: make package, the official clients, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from conftest import ROOT, Local, start, stop
from official import THERE, Official

pytestmark = pytest.mark.skipif(not THERE, reason="needs `make setup`")

SUBMITTED, STACKED = "Rehearsed::DataExchange::Job", "Stacked::DataExchange::Job"
BUCKET, FILES, COPY = "type-packages", "weather-files", "weather-copy"
PUBLISHED = {name: (ROOT / "demo/files" / name).read_bytes() for name in ("stations.csv", "map.png")} | {
    "readings/2026-10.csv": (ROOT / "demo/files/readings/2026-10.csv").read_bytes()
}


@dataclass
class Project:
    """What `make package` leaves in a folder."""

    folder: Path

    @property
    def zip(self) -> Path:
        return self.folder / f"{self.folder.name}.zip"

    @property
    def packaged(self) -> Path:
        """A copy of the zip, for `cfn submit` writes one of that name."""
        return self.folder / "packaged.zip"

    def example(self, name: str) -> Path:
        return self.folder / "examples" / f"{name}.yml"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    process, ready = start(
        [
            *("--dataexchange-port", "0", "--dataexchange-option=--job-seconds=0.2"),
            *("--state-dir", str(tmp_path_factory.mktemp("state"))),
        ]
    )
    try:
        found = Local(ready["environment"], tmp_path_factory.mktemp("things"))
        for name in (BUCKET, FILES):
            found.client("s3").create_bucket(Bucket=name)
        for key, content in PUBLISHED.items():
            found.client("s3").put_object(Bucket=FILES, Key=key, Body=content)
        yield found
    finally:
        stop(process)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """By the type's name; out of build/, where a user may have packages of their own."""
    parent = tmp_path_factory.mktemp("projects")

    def make(type_name: str) -> Project:
        subprocess.run(["make", "-s", "package", f"TYPE_NAME={type_name}"], cwd=ROOT, check=True, capture_output=True)
        slug = type_name.lower().replace("::", "-")
        return Project(Path(shutil.move(ROOT / "build" / slug, parent / slug)))

    with ThreadPoolExecutor() as pool:
        return dict(zip((SUBMITTED, STACKED), pool.map(make, (SUBMITTED, STACKED)), strict=True))


@pytest.fixture(scope="module", autouse=True)
def submission(local: Local, projects: dict[str, Project]) -> Iterator[Future[Any]]:
    """`cfn submit` of the type SUBMITTED. It mostly waits, so it does that while other tests run."""
    official = Official(local, projects[SUBMITTED].folder)
    shutil.copy(projects[SUBMITTED].zip, projects[SUBMITTED].packaged)
    with ThreadPoolExecutor() as pool:
        yield pool.submit(official.run, "cfn", "submit", "--set-default")


@pytest.fixture(scope="module")
def registration(local: Local, projects: dict[str, Project]) -> str:
    """The stack of register.yml that registers the type STACKED; its package lies at the key 1.zip."""
    put(local, projects[STACKED].zip, "1.zip")
    parameters = {
        "PackageBucket": BUCKET,
        "PackageKey": "1.zip",
        "JobTypes": "IMPORT_ASSETS_FROM_S3,IMPORT_ASSET_FROM_SIGNED_URL,"
        "IMPORT_ASSET_FROM_API_GATEWAY_API,EXPORT_REVISIONS_TO_S3",
        "SourceBucketArns": f"arn:aws:s3:::{FILES}",
        "TargetBucketArns": f"arn:aws:s3:::{COPY}",
    }
    create(local, "registration", projects[STACKED].folder / "register.yml", parameters)
    assert local.settled("registration") == "CREATE_COMPLETE", local.reasons("registration", "TypeVersion")
    return "registration"


def put(local: Local, path: Path, key: str) -> None:
    local.client("s3").put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())


def create(local: Local, stack: str, template: Path, parameters: dict[str, str]) -> None:
    local.client("cloudformation").create_stack(
        StackName=stack,
        TemplateBody=template.read_text("utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )


def update(local: Local, stack: str, **changed: str) -> str:
    client = local.client("cloudformation")
    known = client.describe_stacks(StackName=stack)["Stacks"][0]["Parameters"]
    keys = [parameter["ParameterKey"] for parameter in known]
    client.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": changed[key]}
            if key in changed
            else {"ParameterKey": key, "UsePreviousValue": True}
            for key in keys
        ],
    )
    return local.settled(stack)


# --- what the service holds -------------------------------------------------------------------------------------


def exchange(local: Local) -> Any:
    environment = local.environment
    session = boto3.session.Session("local", "local", region_name=environment["AWS_REGION"])
    return session.client("dataexchange", endpoint_url=environment["AWS_ENDPOINT_URL_DATAEXCHANGE"])


def open_revision(local: Local) -> dict[str, str]:
    """A data set with an empty revision, as a template's parameters."""
    client = exchange(local)
    data_set = client.create_data_set(AssetType="S3_SNAPSHOT", Name="By hand", Description="By hand")["Id"]
    return {"DataSetId": data_set, "RevisionId": client.create_revision(DataSetId=data_set)["Id"]}


def ended(client: Any, job: str) -> dict[str, Any]:
    until = time.monotonic() + 10
    while (found := client.get_job(JobId=job))["State"] in ("WAITING", "IN_PROGRESS"):
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return dict(found)


def assets(local: Local, data_set: str, revision: str) -> dict[str, bytes]:
    """What a revision holds, exported to signed URLs."""
    client = exchange(local)
    place = {"DataSetId": data_set, "RevisionId": revision}
    held = {}
    for asset in client.list_revision_assets(**place)["Assets"]:
        details = {"ExportAssetToSignedUrl": {**place, "AssetId": asset["Id"]}}
        job = client.create_job(Type="EXPORT_ASSET_TO_SIGNED_URL", Details=details)["Id"]
        client.start_job(JobId=job)
        held[asset["Name"]] = fetched(ended(client, job)["Details"]["ExportAssetToSignedUrl"]["SignedUrl"])
    return held


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def finalised(local: Local, data_set: str, revision: str) -> bool:
    return bool(exchange(local).get_revision(DataSetId=data_set, RevisionId=revision)["Finalized"])


def waiting(local: Local) -> list[str]:
    pages = exchange(local).get_paginator("list_jobs").paginate()
    return [job["Id"] for page in pages for job in page["Jobs"] if job["State"] == "WAITING"]


def data_set_of(local: Local, stack: str) -> str:
    return local.physical_id(stack, "DataSet").split("/")[-1]


def md5_of(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def bundle(package: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as outer, outer.open("ResourceProvider.zip") as inner:
        return zipfile.ZipFile(io.BytesIO(inner.read())).read("dist/handlers.js")


# --- the tests --------------------------------------------------------------------------------------------------


def test_the_examples_do_what_they_promise(local: Local, projects: dict[str, Project], registration: str) -> None:
    report = b"day,price\n2026-11-22,18\n"
    client, place = exchange(local), open_revision(local)
    waiting_before = waiting(local)
    given: dict[str, dict[str, str]] = {
        "publish": {"FilesBucket": FILES, "CopyBucketName": COPY},
        "inline-asset": {},
        "publish-api": {"ApiId": "abcdef1234"},
        "signed-url-import": {**place, "Md5Hash": md5_of(report)},
        "missing-object": {"FilesBucket": FILES},
    }
    for name, parameters in given.items():
        create(local, name, projects[STACKED].example(name), parameters)

    # signed-url-import.yml: prepared by the stack, uploaded by hand, run by an update
    assert local.settled("signed-url-import") == "CREATE_COMPLETE", local.reasons("signed-url-import", "Import")
    prepared = local.outputs("signed-url-import")
    assert prepared["State"] == "WAITING"
    headers = {"Content-MD5": md5_of(report)}
    request = urllib.request.Request(prepared["UploadUrl"], data=report, headers=headers, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    assert update(local, "signed-url-import", Start="true") == "UPDATE_COMPLETE"
    assert local.outputs("signed-url-import")["State"] == "COMPLETED"
    assert assets(local, place["DataSetId"], place["RevisionId"]) == {"report.csv": report}

    # inline-asset.yml
    assert local.settled("inline-asset") == "CREATE_COMPLETE", local.reasons("inline-asset", "Stations")
    place = {"data_set": data_set_of(local, "inline-asset"), "revision": local.outputs("inline-asset")["RevisionId"]}
    text = b"id,name,latitude,longitude\nBER,Bern,46.95,7.44\nLUG,Lugano,46.00,8.95\n"
    assert assets(local, **place) == {"stations.csv": text}
    assert finalised(local, **place)

    # publish-api.yml
    assert local.settled("publish-api") == "CREATE_COMPLETE", local.reasons("publish-api", "Api")
    place = {"data_set": data_set_of(local, "publish-api"), "revision": local.outputs("publish-api")["RevisionId"]}
    assert finalised(local, **place)
    where = {"DataSetId": place["data_set"], "RevisionId": place["revision"]}
    [asset] = client.list_revision_assets(**where)["Assets"]
    details = client.get_asset(**where, AssetId=asset["Id"])["AssetDetails"]["ApiGatewayApiAsset"]
    assert json.loads(fetched(details["ApiSpecificationDownloadUrl"]))["info"]["title"] == "weather"

    # publish.yml
    assert local.settled("publish") == "CREATE_COMPLETE", [local.reasons("publish", name) for name in ("Note", "Copy")]
    place = {"data_set": data_set_of(local, "publish"), "revision": local.outputs("publish")["RevisionId"]}
    held = assets(local, **place)
    assert held.pop("NOTE.txt").startswith(b"Readings of four weather stations, up to readings/2026-10.csv.\n")
    assert held == PUBLISHED
    assert finalised(local, **place)
    s3 = local.client("s3")
    copies = {f"{place['revision']}/{name}": content for name, content in PUBLISHED.items()}
    for key, content in copies.items():
        assert s3.get_object(Bucket=COPY, Key=key)["Body"].read() == content

    # missing-object.yml: the event has the reason, and nothing stays
    assert local.settled("missing-object") == "ROLLBACK_COMPLETE"
    assert "readings/2026-13.csv" in local.reasons("missing-object", "Readings")
    events = local.client("cloudformation").describe_stack_events(StackName="missing-object")["StackEvents"]
    readings = {event["PhysicalResourceId"] for event in events if event["LogicalResourceId"] == "Readings"}
    failed = client.get_job(JobId=next(filter(None, readings)))
    assert failed["State"] == "ERROR"
    where = {key: failed["Details"]["ImportAssetsFromS3"][key] for key in ("DataSetId", "RevisionId")}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_revision(**where)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_data_set(DataSetId=where["DataSetId"])
    assert waiting(local) == waiting_before

    # all of them can be deleted; publish.yml keeps its data set and the copy, as it says
    deleted = [local.delete(name) for name in given]
    assert deleted == ["DELETE_COMPLETE"] * len(given)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_revision(DataSetId=place["data_set"], RevisionId=place["revision"])
    assert client.get_data_set(DataSetId=place["data_set"])["Id"] == place["data_set"]

    # what the handlers waited for is in the log group of the registration, and in no stack event
    group = local.outputs(registration)["LogGroupName"]
    lines = [
        json.loads(event["message"]) for event in local.client("logs").filter_log_events(logGroupName=group)["events"]
    ]
    waited = {line["message"] for line in lines if line.get("status") == "IN_PROGRESS"}
    assert waited
    assert not [
        event for event in events if any(message in event.get("ResourceStatusReason", "") for message in waited)
    ]


def test_submitted_used_and_replaced_by_a_second_version(
    local: Local, projects: dict[str, Project], submission: Future[Any]
) -> None:
    project = projects[SUBMITTED]
    official = Official(local, project.folder)
    submission.result()
    assert official.versions(SUBMITTED) == [("00000001", True)]

    # deployed, and as deployed
    place = open_revision(local)
    report = b"a report"
    given = {**place, "Md5Hash": md5_of(report)}
    overrides = [f"{key}={value}" for key, value in given.items()]
    deploy = ("deploy", "--stack-name", "report", "--template-file", "examples/signed-url-import.yml")
    official.run("sam", *deploy, "--no-confirm-changeset", "--parameter-overrides", *overrides)
    job = local.physical_id("report", "Import")
    assert local.outputs("report")["State"] == "WAITING"
    assert official.drift("report") == {}

    # started behind CloudFormation's back
    official.aws("dataexchange", "start-job", "--job-id", job)
    assert official.drift("report") == {"Import": ["/StartOnCreation"]}

    # an existing job is taken into a stack
    details = {"ImportAssetsFromS3": {**place, "AssetSources": [{"Bucket": FILES, "Key": "map.png"}]}}
    create_job = ("create-job", "--type", "IMPORT_ASSETS_FROM_S3", "--details", json.dumps(details))
    found = official.aws("dataexchange", *create_job)["Id"]
    properties: dict[str, Any] = {
        "Type": "IMPORT_ASSETS_FROM_S3",
        **place,
        "S3AssetSources": details["ImportAssetsFromS3"]["AssetSources"],
    }
    resource = {"Type": SUBMITTED, "DeletionPolicy": "Delete", "Properties": properties}
    taken = official.take("taken", SUBMITTED, "Found", found, {"Resources": {"Found": resource}})
    assert taken == "IMPORT_COMPLETE", local.reasons("taken", "Found")
    assert local.physical_id("taken", "Found") == found

    # and is managed by it from then on
    properties["StartOnCreation"] = "true"
    assert local.deploy("taken", {"Found": resource}) == "UPDATE_COMPLETE"
    assert local.physical_id("taken", "Found") == found
    assert assets(local, place["DataSetId"], place["RevisionId"]) == {"map.png": PUBLISHED["map.png"]}
    assert official.drift("taken") == {}

    # another version becomes the default, the first one goes, and what that made is the second one's to remove
    put(local, project.packaged, "second.zip")
    versions = official.register_second_version(SUBMITTED, f"s3://{BUCKET}/second.zip")
    assert versions == [("00000002", True)]
    assert local.delete("report") == "DELETE_COMPLETE", local.reasons("report", "Import")
    assert local.delete("taken") == "DELETE_COMPLETE", local.reasons("taken", "Found")

    # each way to package the type packages the same
    official.run("cfn", "submit", "--dry-run")
    s3 = local.client("s3")
    buckets = [
        each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("cloudformationmanaged")
    ]
    [(bucket, key)] = [
        (bucket, each["Key"]) for bucket in buckets for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    ]
    submitted = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    packages = [project.packaged, project.zip, projects[STACKED].zip]
    assert len({bundle(package) for package in (submitted, *(path.read_bytes() for path in packages))}) == 1


def test_a_job_by_cloud_control(local: Local, registration: str) -> None:
    client = local.client("cloudcontrol")
    data_set = open_revision(local)["DataSetId"]

    def done(answer: Any) -> str:
        """The identifier of a request that has succeeded."""
        token = answer["ProgressEvent"]["RequestToken"]
        until = time.monotonic() + 60
        while True:
            event = client.get_resource_request_status(RequestToken=token)["ProgressEvent"]
            if event["OperationStatus"] not in ("PENDING", "IN_PROGRESS"):
                assert event["OperationStatus"] == "SUCCESS", event
                return str(event["Identifier"])
            assert time.monotonic() < until, event
            time.sleep(0.1)

    def read(identifier: str) -> dict[str, Any]:
        found = client.get_resource(TypeName=STACKED, Identifier=identifier)["ResourceDescription"]
        model: dict[str, Any] = json.loads(found["Properties"])
        return model

    state = {
        "Type": "IMPORT_ASSETS_FROM_S3",
        "DataSetId": data_set,
        "StartOnCreation": True,
        "S3AssetSources": [{"Bucket": FILES, "Key": "map.png"}],
    }
    job = done(client.create_resource(TypeName=STACKED, DesiredState=json.dumps(state)))
    assert read(job)["State"] == "COMPLETED"
    revision = ended(exchange(local), job)["Details"]["ImportAssetsFromS3"]["RevisionId"]
    assert not finalised(local, data_set, revision)

    patch = json.dumps([{"op": "add", "path": "/FinalizeRevision", "value": True}])
    done(client.update_resource(TypeName=STACKED, Identifier=job, PatchDocument=patch))
    assert finalised(local, data_set, revision)
    assert read(job)["FinalizeRevision"] is True

    done(client.delete_resource(TypeName=STACKED, Identifier=job))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        exchange(local).get_revision(DataSetId=data_set, RevisionId=revision)
