"""The job type under a name of one's own, the files that the examples publish, and stacks that publish them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from conftest import PROJECT, ROOT, Local, Project, start, stop
from data_exchange import assets, revision_of

FILES = "weather-files"
PUBLISHED = {
    name: (ROOT / "demo/files" / name).read_bytes()
    for name in ("map.png", "readings/2026-10.csv", "readings/2026-11.csv", "stations.csv")
}


@contextmanager
def local_with_files(tmp_path_factory: pytest.TempPathFactory, *more: str) -> Iterator[Local]:
    """A local AWS whose bucket FILES has the published files. more: further options of local-aws up"""
    arguments = [*PROJECT, "--dataexchange-option=--job-seconds=0.2"]
    process, ready = start([*arguments, "--state-dir", str(tmp_path_factory.mktemp("state")), *more])
    try:
        found = Local(ready["environment"], tmp_path_factory.mktemp("things"))
        found.client("s3").create_bucket(Bucket=FILES)
        for key, content in PUBLISHED.items():
            found.client("s3").put_object(Bucket=FILES, Key=key, Body=content)
        yield found
    finally:
        stop(process)


@contextmanager
def local_with_type(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[Local]:
    """The same with the job type registered, as `make local` registers it."""
    role = project.folder / "resource-role.yaml"
    with local_with_files(tmp_path_factory, "--register", str(project.zip), "--role", str(role)) as found:
        yield found


@dataclass
class Stack:
    """A stack that is used by the official client, and the one data set in it."""

    local: Local
    name: str
    template: str

    def deploy(self, status: str, template: str = "", **parameters: str) -> dict[str, str]:
        """Creates or updates the stack, which is to end in that status; returns its outputs. Nothing may drift then."""
        self.template = template or self.template
        found = self.local.deploy_template(self.name, self.template, **parameters)
        assert found == status, self.failures()
        if found in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            assert self.local.drift(self.name) == {}
        return self.local.outputs(self.name)

    def delete(self, status: str = "DELETE_COMPLETE") -> None:
        assert self.local.delete(self.name) == status, self.failures()

    def failures(self) -> list[str]:
        """Why resources failed, the newest first."""
        events = self.local.client("cloudformation").describe_stack_events(StackName=self.name)["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]]

    def physical_id(self, logical_id: str) -> str:
        return self.local.physical_id(self.name, logical_id)

    def data_set(self) -> str:
        return self.physical_id("DataSet").split("/")[-1]

    def revision(self, revision: str, data_set: str = "") -> dict[str, Any] | None:
        """None if there is no such revision."""
        return revision_of(self.local, data_set or self.data_set(), revision)

    def assets(self, revision: str) -> list[tuple[str, bytes]]:
        """Name and content of each, by name."""
        return assets(self.local, self.data_set(), revision)

    def object(self, bucket: str, key: str) -> bytes:
        return bytes(self.local.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
