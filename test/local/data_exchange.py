"""What the local Data Exchange of a local AWS holds, by the official client."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import urllib.request
from typing import Any

import boto3
from botocore.exceptions import ClientError

from conftest import Local


def exchange(local: Local) -> Any:
    environment = local.environment
    session = boto3.session.Session("local", "local", region_name=environment["AWS_REGION"])
    return session.client("dataexchange", endpoint_url=environment["AWS_ENDPOINT_URL_DATAEXCHANGE"])


def set_script(local: Local, **script: Any) -> None:
    """Replaces the fault script of the local Data Exchange (emulator/README.md)."""
    _admin(local, "PUT", "faults", script)


def post(local: Local, path: str) -> dict[str, Any]:
    """What only the makers of products can do, by the address below /_emulator/ (emulator/README.md)."""
    return dict(_admin(local, "POST", path, {}))


def _admin(local: Local, method: str, path: str, body: dict[str, Any]) -> Any:
    url = f"{local.environment['AWS_ENDPOINT_URL_DATAEXCHANGE']}/_emulator/{path}"
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


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


def assets(local: Local, data_set: str, revision: str) -> list[tuple[str, bytes]]:
    """Name and content of each asset of a revision, exported to signed URLs, by name."""
    client = exchange(local)
    place = {"DataSetId": data_set, "RevisionId": revision}
    held = []
    for asset in client.list_revision_assets(**place)["Assets"]:
        details = {"ExportAssetToSignedUrl": {**place, "AssetId": asset["Id"]}}
        job = client.create_job(Type="EXPORT_ASSET_TO_SIGNED_URL", Details=details)["Id"]
        client.start_job(JobId=job)
        url = ended(client, job)["Details"]["ExportAssetToSignedUrl"]["SignedUrl"]
        held.append((asset["Name"], fetched(url)))
    return sorted(held)


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def revision_of(local: Local, data_set: str, revision: str) -> dict[str, Any] | None:
    """None if there is no such revision."""
    try:
        return dict(exchange(local).get_revision(DataSetId=data_set, RevisionId=revision))
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"
        return None


def finalised(local: Local, data_set: str, revision: str) -> bool:
    return bool(exchange(local).get_revision(DataSetId=data_set, RevisionId=revision)["Finalized"])


def md5_of(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()
