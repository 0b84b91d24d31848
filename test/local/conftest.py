"""One local AWS for the whole session, on free ports, driven by its APIs only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest
from local_aws.register import session_client

import toy

ROOT = Path(__file__).resolve().parents[2]
LOCAL_AWS = str(Path(sys.executable).with_name("local-aws"))
#: the options of every start that has a local Data Exchange beside it
PROJECT = ["@tools/local-aws.args", "--dataexchange-port", "0"]
BUCKET = "packages"
TYPE = "Weather::DataExchange::Job"
#: a call that gives no answer for so long, in seconds, is repeated
HANDLER = 3.0


@dataclass
class Local:
    environment: dict[str, str]
    things: Path
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = session_client(service, self.environment)
        return self.clients[service]

    # --- types --------------------------------------------------------------------------------------------------

    def upload(self, content: bytes) -> str:
        key = f"{uuid.uuid4()}.zip"
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def register(self, document: dict[str, Any], content: bytes | None = None, **more: Any) -> dict[str, Any]:
        """RegisterType and its outcome."""
        client = self.client("cloudformation")
        url = self.upload(content or toy.package(document))
        token = client.register_type(Type="RESOURCE", TypeName=document["typeName"], SchemaHandlerPackage=url, **more)[
            "RegistrationToken"
        ]
        answer: dict[str, Any] = client.describe_type_registration(RegistrationToken=token)
        return answer

    def type(self, name: str, **more: Any) -> str:
        """A type of that name, registered anew."""
        answer = self.register(toy.schema(name), **more)
        assert answer["ProgressStatus"] == "COMPLETE", answer
        return str(answer["TypeVersionArn"])

    # --- stacks -------------------------------------------------------------------------------------------------

    def deploy(self, stack: str, resources: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any) -> str:
        """Creates or updates; returns the status it ends in."""
        client = self.client("cloudformation")
        template = {"Resources": resources, "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()}}
        arguments = {"StackName": stack, "TemplateBody": json.dumps(template), **more}
        if self.status(stack) in ("", "DELETE_COMPLETE"):
            client.create_stack(**arguments)
        else:
            client.update_stack(**arguments)
        return self.settled(stack)

    def deploy_template(self, stack: str, template: str, **parameters: str) -> str:
        """Creates or updates; what is not given keeps its value, or has its default. Returns the status it ends in."""
        client = self.client("cloudformation")
        found = client.describe_stacks(StackName=stack)["Stacks"][0] if self.status(stack) else {}
        kept = [each["ParameterKey"] for each in found.get("Parameters", [])]
        arguments = {
            "StackName": stack,
            "TemplateBody": template,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                *({"ParameterKey": key, "UsePreviousValue": True} for key in kept if key not in parameters),
                *({"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()),
            ],
        }
        if found:
            client.update_stack(**arguments)
        else:
            client.create_stack(**arguments)
        return self.settled(stack)

    def delete(self, stack: str) -> str:
        """By id: a deleted stack is found by nothing else."""
        client = self.client("cloudformation")
        stack_id = client.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        client.delete_stack(StackName=stack_id)
        return self.settled(stack_id)

    def status(self, stack: str) -> str:
        client = self.client("cloudformation")
        try:
            return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        except client.exceptions.ClientError:
            return ""

    def settled(self, stack: str, former: str = "") -> str:
        """The status in which the operation ends; `former` is that before it, which some calls change later."""
        until, pause = time.monotonic() + 90, 0.05
        while time.monotonic() < until:
            status = self.status(stack)
            if not status.endswith("IN_PROGRESS") and status != former:
                return status
            time.sleep(pause)
            # a stack that lasts is asked for less often: many are deployed side by side
            pause = min(0.5, pause * 1.2)
        raise AssertionError(f"{stack} is still {status}")

    def outputs(self, stack: str) -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def physical_id(self, stack: str, logical_id: str = "Thing") -> str:
        answer = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    def stack_events(self, stack: str, logical_id: str = "Thing") -> list[tuple[str, str]]:
        """(status, reason), the oldest first."""
        events = self.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        return [
            (event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in reversed(events)
            if event["LogicalResourceId"] == logical_id
        ]

    def reasons(self, stack: str, logical_id: str = "Thing") -> str:
        return "\n".join(reason for _, reason in self.stack_events(stack, logical_id))

    def drift(self, stack: str) -> dict[str, list[str]]:
        """Which properties of which resource have drifted; empty if CloudFormation says IN_SYNC."""
        client = self.client("cloudformation")
        detection = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        found = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        drifts = client.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
        drifted = {
            drift["LogicalResourceId"]: [each["PropertyPath"] for each in drift.get("PropertyDifferences", [])]
            for drift in drifts
            if drift["StackResourceDriftStatus"] not in ("IN_SYNC", "NOT_CHECKED")
        }
        assert found["StackDriftStatus"] == ("DRIFTED" if drifted else "IN_SYNC"), found
        return drifted

    # --- what the toy saw and holds -----------------------------------------------------------------------------

    def handled(self, stack_id_part: str) -> list[dict[str, Any]]:
        """The events that the handler was given for a stack."""
        lines = (self.things / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if f":stack/{stack_id_part}/" in (event.get("stackId") or "")]

    def handled_with(self, token: str) -> list[dict[str, Any]]:
        """The events that the handler was given for an operation outside of stacks."""
        lines = (self.things / "events.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["bearerToken"] == token]

    def thing(self, identifier: str) -> dict[str, Any] | None:
        path = self.things / f"{identifier}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def change_thing(self, identifier: str, **changes: Any) -> None:
        """Behind CloudFormation's back."""
        (self.things / f"{identifier}.json").write_text(json.dumps({**(self.thing(identifier) or {}), **changes}))


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

    def example(self, name: str) -> str:
        return (self.folder / "examples" / f"{name}.yml").read_text("utf-8")


def package(type_name: str, parent: Path) -> Project:
    """Made out of build/, where a user may have packages of their own."""
    subprocess.run(["make", "-s", "package", f"TYPE_NAME={type_name}"], cwd=ROOT, check=True, capture_output=True)
    slug = type_name.lower().replace("::", "-")
    return Project(Path(shutil.move(ROOT / "build" / slug, parent / slug)))


def start(
    arguments: list[str],
    command: str | Path = LOCAL_AWS,
    folder: Path = ROOT,
    errors: TextIO | None = None,
    **environment: str,
) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """A local AWS that is ready, and what it printed."""
    process = subprocess.Popen(
        [command, "up", "--json", "--aws-port", "0", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"local AWS ended with {process.wait()}"
    return process, json.loads(line)


def stop(process: subprocess.Popen[str]) -> int:
    process.terminate()
    return process.wait(60)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    things = tmp_path_factory.mktemp("things")
    process, ready = start(
        [
            *PROJECT,
            "--state-dir",
            str(tmp_path_factory.mktemp("state")),
            *("--handler-seconds", str(HANDLER), "--retry-seconds", "0.05"),
        ],
        TOY_STATE=str(things),
    )
    try:
        found = Local(ready["environment"], things)
        found.client("s3").create_bucket(Bucket=BUCKET)
        found.type("Toy::Test::Thing")
        yield found
    finally:
        stop(process)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The job type under the name TYPE."""
    return package(TYPE, tmp_path_factory.mktemp("project"))


@pytest.fixture
def stack() -> str:
    return f"stack-{uuid.uuid4().hex[:10]}"


def thing(name: Any = "one", type_name: str = "Toy::Test::Thing", **properties: Any) -> dict[str, Any]:
    return {"Type": type_name, "Properties": {"Name": name, **properties}}
