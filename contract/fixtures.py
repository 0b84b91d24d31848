"""`python contract/fixtures.py up | down`: what the contract inputs refer to, in the AWS of the environment.

That is local AWS or a real account: it asks for nothing but the usual variables. `up` prints the exports as JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

HERE = Path(__file__).resolve().parent
SETUP, DATA = "dataexchange-job-contract", "dataexchange-job-contract-data"
PREFIX = "contract:"
#: the objects that the inputs name
OBJECTS = {
    "prices.csv": b"day,price\n2026-11-21,17\n2026-11-22,18\n",
    "2026/stations.csv": b"id,name\n1,North\n2,South\n",
    "export-me.txt": b"the asset that the export types export\n",
}
EXPORTED = "export-me.txt"
#: each revision's name among the exports; all are of the data set S3DataSetId
REVISIONS = ("S3ImportRevisionId", "S3ExportRevisionId")
#: the data sets in which the suite creates revisions
DATA_SETS = (
    "S3DataSetId",
    "RedshiftDataSetId",
    "ApiGatewayDataSetId",
    "LakeFormationDataSetId",
    "S3DataAccessDataSetId",
)
STACK_SECONDS, JOB_SECONDS = 600, 300


class FixtureError(Exception):
    """It cannot be set up; the text says why."""


def client(service: str) -> Any:
    # Path style, because a local service has no host name for each bucket.
    return boto3.session.Session().client(service, config=Config(s3={"addressing_style": "path"}, connect_timeout=5))


# --- up ---------------------------------------------------------------------------------------------------------


def up(data_share: str) -> dict[str, str]:
    """Creates new revisions each time, so that earlier imports do not matter."""
    deploy(SETUP, HERE / "setup.yml", {"RedshiftDataShareArn": data_share})
    exports = known_exports()
    s3, exchange = client("s3"), client("dataexchange")
    for key, content in OBJECTS.items():
        s3.put_object(Bucket=exports["SourceBucket"], Key=key, Body=content)
    made = {
        name: exchange.create_revision(DataSetId=exports["S3DataSetId"], Comment="For the contract suite")["Id"]
        for name in REVISIONS
    }
    made["S3AssetId"] = import_asset(exchange, exports, made["S3ExportRevisionId"])
    deploy(DATA, HERE / "data.yml", made)
    return {PREFIX + name: value for name, value in known_exports().items()}


def import_asset(exchange: Any, exports: dict[str, str], revision: str) -> str:
    place = {"DataSetId": exports["S3DataSetId"], "RevisionId": revision}
    source = {"Bucket": exports["SourceBucket"], "Key": EXPORTED}
    details = {"ImportAssetsFromS3": {**place, "AssetSources": [source]}}
    job = exchange.create_job(Type="IMPORT_ASSETS_FROM_S3", Details=details)["Id"]
    exchange.start_job(JobId=job)
    until = time.monotonic() + JOB_SECONDS
    while (found := exchange.get_job(JobId=job))["State"] in ("WAITING", "IN_PROGRESS"):
        if time.monotonic() > until:
            raise FixtureError(f"the import of {EXPORTED} (job {job}) has not ended within {JOB_SECONDS} s")
        time.sleep(0.2)
    if found["State"] != "COMPLETED":
        raise FixtureError(f"the import of {EXPORTED} (job {job}) ended {found['State']}: {found.get('Errors')}")
    return str(exchange.list_revision_assets(**place)["Assets"][0]["Id"])


def deploy(stack: str, template: Path, parameters: dict[str, str]) -> None:
    formation = client("cloudformation")
    arguments = {
        "StackName": stack,
        "TemplateBody": template.read_text("utf-8"),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    if exists(formation, stack):
        try:
            formation.update_stack(**arguments)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise
        wait(formation, stack, "stack_update_complete")
    else:
        formation.create_stack(**arguments)
        wait(formation, stack, "stack_create_complete")


def exists(formation: Any, stack: str) -> bool:
    try:
        formation.describe_stacks(StackName=stack)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def wait(formation: Any, stack: str, what: str) -> None:
    delay = 0.2 if formation.meta.endpoint_url.startswith("http://") else 5
    config = {"Delay": delay, "MaxAttempts": int(STACK_SECONDS / delay)}
    try:
        formation.get_waiter(what).wait(StackName=stack, WaiterConfig=config)
    except WaiterError as error:
        raise FixtureError(f"stack {stack}: {reason(formation, stack) or error}") from error


def reason(formation: Any, stack: str) -> str:
    with contextlib.suppress(ClientError):
        for event in reversed(formation.describe_stack_events(StackName=stack)["StackEvents"]):
            if event["ResourceStatus"].endswith("_FAILED"):
                return f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
    return ""


def known_exports() -> dict[str, str]:
    pages = client("cloudformation").get_paginator("list_exports").paginate()
    found = {export["Name"]: export["Value"] for page in pages for export in page["Exports"]}
    return {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}


# --- down -------------------------------------------------------------------------------------------------------


def down() -> None:
    """Empties buckets and data sets, because CloudFormation deletes only empty ones, then deletes both stacks."""
    exports = known_exports()
    formation, exchange = client("cloudformation"), client("dataexchange")
    for data_set in [exports[name] for name in DATA_SETS if name in exports]:
        for page in exchange.get_paginator("list_data_set_revisions").paginate(DataSetId=data_set):
            for revision in page["Revisions"]:
                exchange.delete_revision(DataSetId=data_set, RevisionId=revision["Id"])
    for bucket in [exports[name] for name in ("SourceBucket", "TargetBucket", "SharedBucket") if name in exports]:
        empty(bucket)
    for stack in (DATA, SETUP):
        if exists(formation, stack):
            formation.delete_stack(StackName=stack)
            wait(formation, stack, "stack_delete_complete")


def empty(bucket: str) -> None:
    s3 = client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("up", "down", "exports"))
    parser.add_argument(
        "--redshift-data-share-arn", default="", help="a datashare of yours; required in a real account"
    )
    options = parser.parse_args()
    try:
        if options.what == "down":
            down()
        elif options.what == "exports":
            print(json.dumps({PREFIX + name: value for name, value in known_exports().items()}, indent=2))
        else:
            print(json.dumps(up(options.redshift_data_share_arn), indent=2))
    except (FixtureError, ClientError, BotoCoreError) as error:
        print(f"contract fixtures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
