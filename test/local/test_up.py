"""The launcher and the commands around it, as a person or a script uses them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import toy
from conftest import ROOT, Local, start, stop, thing
from local import up
from test_official_clients import ROLE


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def alone(state_dir: Path, *more: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    return start(["--no-dataexchange", "--state-dir", str(state_dir), *more], TOY_STATE=str(state_dir))


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
    other, second = alone(tmp_path / "b")
    try:
        url = ready["environment"]["AWS_ENDPOINT_URL"]
        assert url.startswith("http://127.0.0.1:")
        assert second["environment"]["AWS_ENDPOINT_URL"] != url

        # what the environment command prints makes the AWS CLI of the project work in a bare shell
        printed = run("local.environment", "--state-dir", str(tmp_path / "a"))
        assert printed.returncode == 0
        command = f"{printed.stdout}\naws cloudformation list-types --query 'TypeSummaries[].TypeName' --output text"
        bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_PROFILE": "mine"}
        shell = subprocess.run(["sh", "-ec", command], env=bare, capture_output=True, text=True, check=False)
        assert shell.stdout.strip() == "Toy::Test::Thing", shell.stderr

        # a type can be registered again, with the role's template too
        role = tmp_path / "role.yaml"
        role.write_text(ROLE)
        for version in ("/00000002", "/00000003"):
            more = run("local.register", str(package), "--role", str(role), "--state-dir", str(tmp_path / "a"))
            assert more.stdout.strip().endswith(version), more.stderr

        again = run("local.up", "--aws-port", "0", "--no-dataexchange", "--state-dir", str(tmp_path / "a"))
        assert again.returncode == 1
        assert "runs already" in again.stderr
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert stop(other) == 0
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


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = run("local.up", "--aws-port", str(port), "--no-dataexchange", "--state-dir", str(tmp_path))
    assert found.returncode == 1
    assert f"port {port}, meant for local AWS, cannot be had" in found.stderr
    assert "--aws-port N or LOCAL_AWS_PORT=N" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_server_that_ends_by_itself(tmp_path: Path) -> None:
    arguments = ["--aws-port", "0", "--no-dataexchange", "--state-dir", str(tmp_path)]
    found = run("local.up", *arguments, LOG_LEVEL="NONSENSE")
    assert found.returncode == 1
    assert "local AWS ended by itself (exit code 1)" in found.stderr


def test_the_environment_when_nothing_runs(tmp_path: Path) -> None:
    found = run("local.environment", "--state-dir", str(tmp_path))
    assert (found.returncode, found.stdout) == (1, "")
    assert "make local" in found.stderr
    found = run("local.type_function", "x.zip", "--state-dir", str(tmp_path))
    assert found.returncode == 1
    assert "make local" in found.stderr


@pytest.mark.parametrize("packaged", [True, False])
def test_the_address_that_cfn_test_calls(local: Local, tmp_path: Path, packaged: bool) -> None:
    archive = tmp_path / "code.zip"
    archive.write_bytes(toy.package() if packaged else toy.zipped({"handlers.js": toy.HANDLER}))
    found = run("local.type_function", str(archive), "--handler", "handlers.entrypoint", **local.environment)
    assert found.returncode == 0, found.stderr
    request = urllib.request.Request(
        f"{local.environment['AWS_ENDPOINT_URL']}/2015-03-31/functions/TypeFunction/invocations",
        data=json.dumps({"action": "READ", "requestData": {"resourceProperties": {"Id": "nothing"}}}).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["errorCode"] == "NotFound"


def test_the_unchanged_aws_cli_deploys(local: Local, stack: str, tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"Thing": thing()}}))
    aws = str(Path(sys.executable).parent / "aws")

    def cli(*arguments: str) -> str:
        environment = {**os.environ, **local.environment}
        found = subprocess.run([aws, "cloudformation", *arguments], env=environment, capture_output=True, text=True)
        assert found.returncode == 0, found.stderr
        return found.stdout

    # its waiter polls every 30 s: so it makes the change set here, and another call executes it
    made = cli("deploy", "--no-execute-changeset", "--stack-name", stack, "--template-file", str(template))
    change_set = next(word for word in made.split() if word.startswith("arn:"))
    cli("execute-change-set", "--change-set-name", change_set)
    assert local.settled(stack) == "CREATE_COMPLETE"


def test_a_person_is_told_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DATAEXCHANGE": "http://127.0.0.1:2"}
    up._announce(up._options([]), found, tmp_path)
    assert "http://127.0.0.1:2/_emulator/\n" in capsys.readouterr().out
