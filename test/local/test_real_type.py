"""The real type, registered and used as its users will: make package, the official clients, and nothing else."""

from __future__ import annotations

import io
import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import TYPE, Local, Project, package
from data_exchange import assets, ended, exchange, finalised, md5_of, open_revision
from official import THERE, Official
from weather import FILES, PUBLISHED, local_with_files

pytestmark = pytest.mark.skipif(not THERE, reason="needs `make setup`")

SUBMITTED = "Rehearsed::DataExchange::Job"
BUCKET, COPY = "type-packages", "weather-copy"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local_with_files(tmp_path_factory) as found:
        found.client("s3").create_bucket(Bucket=BUCKET)
        yield found


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return package(SUBMITTED, tmp_path_factory.mktemp("submitted"))


@pytest.fixture(scope="module", autouse=True)
def submission(local: Local, submitted: Project) -> Iterator[Future[Any]]:
    """`cfn submit` of the type SUBMITTED. It mostly waits, so it does that while other tests run."""
    official = Official(local, submitted.folder)
    shutil.copy(submitted.zip, submitted.packaged)
    with ThreadPoolExecutor() as pool:
        yield pool.submit(official.run, "cfn", "submit", "--set-default")


@pytest.fixture(scope="module")
def registration(local: Local, project: Project) -> str:
    """The stack of register.yml that registers the type TYPE; its package lies at the key 1.zip."""
    put(local, project.zip, "1.zip")
    parameters = {
        "PackageBucket": BUCKET,
        "PackageKey": "1.zip",
        "JobTypes": "IMPORT_ASSETS_FROM_S3,IMPORT_ASSET_FROM_SIGNED_URL,"
        "IMPORT_ASSET_FROM_API_GATEWAY_API,EXPORT_REVISIONS_TO_S3",
        "SourceBucketArns": f"arn:aws:s3:::{FILES}",
        "TargetBucketArns": f"arn:aws:s3:::{COPY}",
    }
    template = (project.folder / "register.yml").read_text("utf-8")
    status = local.deploy_template("registration", template, **parameters)
    assert status == "CREATE_COMPLETE", local.reasons("registration", "TypeVersion")
    return "registration"


def put(local: Local, path: Path, key: str) -> None:
    local.client("s3").put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())


def bundle(package: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as outer, outer.open("ResourceProvider.zip") as inner:
        return zipfile.ZipFile(io.BytesIO(inner.read())).read("dist/handlers.js")


# --- the tests --------------------------------------------------------------------------------------------------


def test_the_log_has_what_the_handlers_wait_for(local: Local, project: Project, registration: str) -> None:
    """With the role of register.yml. Stack events do not show it."""
    template = project.example("inline-asset")
    assert local.deploy_template("inline", template) == "CREATE_COMPLETE", local.reasons("inline", "Stations")
    group = local.outputs(registration)["LogGroupName"]
    events = local.client("logs").filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in events]
    waited = {line["message"] for line in lines if line.get("status") == "IN_PROGRESS"}
    assert waited
    shown = local.reasons("inline", "Stations")
    assert not [message for message in waited if message in shown]
    assert local.delete("inline") == "DELETE_COMPLETE"


def test_submitted_used_and_replaced_by_a_second_version(
    local: Local, project: Project, submitted: Project, submission: Future[Any]
) -> None:
    official = Official(local, submitted.folder)
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
    assert local.drift("report") == {}

    # started behind CloudFormation's back
    official.aws("dataexchange", "start-job", "--job-id", job)
    assert local.drift("report") == {"Import": ["/StartOnCreation"]}

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
    assert assets(local, place["DataSetId"], place["RevisionId"]) == [("map.png", PUBLISHED["map.png"])]
    assert local.drift("taken") == {}

    # another version becomes the default, the first one is removed, and what that made is the second one's to remove
    put(local, submitted.packaged, "second.zip")
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
    uploaded = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    packages = [submitted.packaged, submitted.zip, project.zip]
    assert len({bundle(package) for package in (uploaded, *(path.read_bytes() for path in packages))}) == 1


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
        found = client.get_resource(TypeName=TYPE, Identifier=identifier)["ResourceDescription"]
        model: dict[str, Any] = json.loads(found["Properties"])
        return model

    state = {
        "Type": "IMPORT_ASSETS_FROM_S3",
        "DataSetId": data_set,
        "StartOnCreation": True,
        "S3AssetSources": [{"Bucket": FILES, "Key": "map.png"}],
    }
    job = done(client.create_resource(TypeName=TYPE, DesiredState=json.dumps(state)))
    assert read(job)["State"] == "COMPLETED"
    revision = ended(exchange(local), job)["Details"]["ImportAssetsFromS3"]["RevisionId"]
    assert not finalised(local, data_set, revision)

    patch = json.dumps([{"op": "add", "path": "/FinalizeRevision", "value": True}])
    done(client.update_resource(TypeName=TYPE, Identifier=job, PatchDocument=patch))
    assert finalised(local, data_set, revision)
    assert read(job)["FinalizeRevision"] is True

    done(client.delete_resource(TypeName=TYPE, Identifier=job))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        exchange(local).get_revision(DataSetId=data_set, RevisionId=revision)
