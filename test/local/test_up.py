"""The launcher and the commands around it, as a person or a script uses them."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from local_aws import up
from local_aws.type_function import install

import toy
from conftest import LOCAL_AWS, PROJECT, ROOT, Local, start, stop, thing

ROLE = """
Parameters:
  Type:
    Type: String
    Default: arn:aws:cloudformation:us-east-1:123456789012:type/resource/Toy-Test-Thing
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
DATA_SET = {"Name": "Prices", "Description": "Daily prices", "AssetType": "S3_SNAPSHOT"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.run(
        [LOCAL_AWS, *arguments],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def alone(state_dir: Path, *more: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    return start(["--state-dir", str(state_dir), *more], TOY_STATE=str(state_dir))


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_starts_tells_and_ends(tmp_path: Path) -> None:
    package = tmp_path / "toy.zip"
    package.write_bytes(toy.package())
    process, ready = alone(tmp_path / "a", "--register", str(package))
    try:
        url = ready["environment"]["AWS_ENDPOINT_URL"]
        assert url.startswith("http://127.0.0.1:")

        # what the environment command prints makes the AWS CLI of the project work in a bare shell
        printed = run("env", "--state-dir", str(tmp_path / "a"))
        assert printed.returncode == 0
        command = f"{printed.stdout}\naws cloudformation list-types --query 'TypeSummaries[].TypeName' --output text"
        bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_PROFILE": "mine"}
        shell = subprocess.run(["sh", "-ec", command], env=bare, capture_output=True, text=True, check=False)
        assert shell.stdout.strip() == "Toy::Test::Thing", shell.stderr

        # a type can be registered again, with the role's template too
        role = tmp_path / "role.yaml"
        role.write_text(ROLE)
        more = run("register", str(package), "--role", str(role), "--state-dir", str(tmp_path / "a"))
        assert more.stdout.strip().endswith("/00000002"), more.stderr

        again = run("up", "--aws-port", "0", "--state-dir", str(tmp_path / "a"))
        assert again.returncode == 1
        assert "runs already" in again.stderr
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert not answers(url)
    left = sorted(path.name for path in (tmp_path / "a").iterdir() if not path.name.startswith(("thing", "events")))
    assert left == ["aws.log"]


def test_the_server_ends_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    process, ready = alone(tmp_path)
    url = ready["environment"]["AWS_ENDPOINT_URL"]
    assert answers(url)
    process.kill()
    process.wait()
    until = time.monotonic() + 10
    while answers(url) and time.monotonic() < until:
        time.sleep(0.1)
    assert not answers(url)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_another_address(tmp_path: Path) -> None:
    """Both servers listen on it alone, the handlers of Lambda call it, and a warning says what others use."""
    state, package = tmp_path / "state", tmp_path / "toy.zip"
    package.write_bytes(toy.package())
    with (tmp_path / "errors").open("w") as errors:
        options = [*PROJECT, "--host", "127.0.0.2", "--state-dir", str(state), "--register", str(package)]
        process, ready = start(options, errors=errors, TOY_STATE=str(tmp_path))
    try:
        local = Local(ready["environment"], tmp_path)
        for variable in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DATAEXCHANGE"):
            url = local.environment[variable]
            assert url.startswith("http://127.0.0.2:")
            assert f"others use  {variable}={url}\n" in (tmp_path / "errors").read_text()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        assert "warning: anyone who reaches 127.0.0.2" in (tmp_path / "errors").read_text()
        resources = {"Thing": thing(), "Data": {"Type": "AWS::DataExchange::DataSet", "Properties": DATA_SET}}
        assert local.deploy("there", resources) == "CREATE_COMPLETE"
    finally:
        stop(process)


def test_an_address_that_is_none(tmp_path: Path) -> None:
    found = run("up", "--host", "everywhere", "--state-dir", str(tmp_path / "state"))
    assert found.returncode == 2
    assert '"everywhere" is no IPv4 address such as 127.0.0.1' in found.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["up", "--register", "/none.zip"], "there is no file /none.zip"),
        (["up", "--register", __file__], "is no zip file"),
        (["up", "--role", "/none.yaml"], "there is no file /none.yaml"),
        (["up", "--handler-seconds", "0"], '"0" is no number above 0'),
        (["register", "/none.zip"], "there is no file /none.zip"),
        (["type-function", __file__], "is no zip file"),
    ],
)
def test_arguments_that_cannot_be_used(arguments: list[str], sentence: str) -> None:
    found = run(*arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert sentence in found.stderr


def test_a_zip_that_is_no_package(local: Local, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    zipfile.ZipFile(other, "w").close()
    found = run("register", str(other), **local.environment)
    assert found.returncode == 1
    assert f"{other} is no registry package: " in found.stderr
    assert "Traceback" not in found.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = run("up", "--aws-port", str(port), "--state-dir", str(tmp_path))
    assert found.returncode == 1
    assert f"port {port} of 127.0.0.1, meant for local AWS, cannot be had" in found.stderr
    assert "--aws-port N or LOCAL_AWS_PORT=N" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_server_that_ends_by_itself(tmp_path: Path) -> None:
    arguments = ["--aws-port", "0", "--state-dir", str(tmp_path)]
    found = run("up", *arguments, LOG_LEVEL="NONSENSE")
    assert found.returncode == 1
    assert "local AWS ended by itself (exit code 1)" in found.stderr


def test_the_environment_when_nothing_runs(tmp_path: Path) -> None:
    found = run("env", "--state-dir", str(tmp_path))
    assert (found.returncode, found.stdout) == (1, "")
    assert f"no local AWS keeps its state in {tmp_path}" in found.stderr
    code = tmp_path / "code.zip"
    zipfile.ZipFile(code, "w").close()
    found = run("type-function", str(code), "--state-dir", str(tmp_path))
    assert found.returncode == 1
    assert f"no local AWS keeps its state in {tmp_path}" in found.stderr


@pytest.mark.parametrize("packaged", [True, False])
def test_the_address_that_cfn_test_calls(local: Local, tmp_path: Path, packaged: bool) -> None:
    archive = tmp_path / "code.zip"
    archive.write_bytes(toy.package() if packaged else toy.zipped({"handlers.js": toy.HANDLER}))
    install(archive, local.environment, handler="handlers.entrypoint")
    request = urllib.request.Request(
        f"{local.environment['AWS_ENDPOINT_URL']}/2015-03-31/functions/TypeFunction/invocations",
        data=json.dumps({"action": "READ", "requestData": {"resourceProperties": {"Id": "nothing"}}}).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["errorCode"] == "NotFound"


def test_a_person_is_told_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DATAEXCHANGE": "http://127.0.0.1:2"}
    parser = argparse.ArgumentParser()
    up.add_options(parser)
    up._announce(parser.parse_args([]), found, tmp_path)
    assert "http://127.0.0.1:2/_emulator/\n" in capsys.readouterr().out
