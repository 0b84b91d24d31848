"""Starts local AWS, and a local Data Exchange if asked, and stays until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import ipaddress
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import environment, register
from .environment import ACCOUNT, REGION, add_state_dir, endpoint

COMMAND, SUMMARY = "up", "start local AWS in the foreground, until Ctrl-C"
DEFAULT_HOST = "127.0.0.1"
READY_SECONDS = 60
GRACE_SECONDS = 8


class StartError(Exception):
    """Local AWS cannot start, or has ended by itself; the text says why."""


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> str | None:
        code = self.process.poll()
        if code is None:
            return None
        return f"{self.name} ended by itself (exit code {code}); the end of {self.log}:\n{_tail(self.log)}"


def run(options: argparse.Namespace) -> int:
    state_dir: Path = options.state_dir
    state_dir.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    children: list[Child] = []
    try:
        with _owned(state_dir):
            try:
                found = _start(options, state_dir, children)
                _announce(options, found, state_dir)
                while True:
                    for child in children:
                        report = child.ended()
                        if report:
                            raise StartError(report)
                    time.sleep(0.3)
            finally:
                _end(children)
                environment.forget(state_dir)
                for name in ("tmp", "bin"):
                    shutil.rmtree(state_dir / name, ignore_errors=True)
    except KeyboardInterrupt:
        print("local AWS has ended", file=sys.stderr)
        return 0
    except StartError as error:
        print(f"local AWS: {error}", file=sys.stderr)
        return 1


def add_options(parser: argparse.ArgumentParser) -> None:
    for flag, variable, usual in (
        ("--aws-port", "LOCAL_AWS_PORT", "4566"),
        ("--dataexchange-port", "LOCAL_DATAEXCHANGE_PORT", "4567"),
    ):
        chosen = int(os.environ.get(variable, usual))
        parser.add_argument(flag, type=int, metavar="N", default=chosen, help=f"default {usual}; 0: a free one")
    parser.add_argument(
        "--host",
        type=_ipv4,
        default=DEFAULT_HOST,
        metavar="ADDRESS",
        help=f"IPv4 address to listen on (default {DEFAULT_HOST}; any other can be reached by others)",
    )
    add_state_dir(parser)
    exchange = parser.add_mutually_exclusive_group()
    exchange.add_argument(
        "--dataexchange-command",
        type=shlex.split,
        metavar="COMMAND",
        help="start a local Data Exchange beside it; the command gets --host, --port and --s3-endpoint",
    )
    exchange.add_argument("--dataexchange-url", metavar="URL", help="use a local Data Exchange that runs already")
    parser.add_argument(
        "--dataexchange-option",
        action="append",
        default=[],
        metavar="OPTION",
        help="added to the command, e.g. --dataexchange-option=--job-seconds=5 (repeatable)",
    )
    parser.add_argument(
        "--register", type=register.zip_file, metavar="ZIP", help="a registry package to register as a type"
    )
    parser.add_argument(
        "--role", type=register.existing_file, metavar="YAML", help="the execution role's template for --register"
    )
    parser.add_argument(
        "--clients",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a folder whose aws, sam, cfn, cfn-lint and cdk the environment puts into PATH (repeatable)",
    )
    parser.add_argument("--json", action="store_true", help="when ready, print one line of JSON and nothing else")
    parser.add_argument(
        "--handler-seconds", type=_positive, default=60, help="after this a call that gave no answer is repeated (60)"
    )
    parser.add_argument("--retry-seconds", type=float, default=1, help="first pause before a retry (1)")
    parser.add_argument(
        "--string-scalars", action="store_true", help="send every scalar as a string, as CloudFormation may do"
    )


def _positive(text: str) -> float:
    try:
        if float(text) > 0:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f'"{text}" is no number above 0')


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" is no IPv4 address such as {DEFAULT_HOST}, 192.168.1.20 or 0.0.0.0 (every one of this machine)'
        ) from None


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _owned(state_dir: Path) -> Iterator[None]:
    if environment.running(state_dir):
        raise StartError(f"it runs already with its state in {state_dir}; another one needs another --state-dir")
    yield


# --- starting ---------------------------------------------------------------------------------------------------


def _start(options: argparse.Namespace, state_dir: Path, children: list[Child]) -> dict[str, str]:
    host: str = options.host
    aws = endpoint(host, _port(host, options.aws_port, "local AWS", "--aws-port", "LOCAL_AWS_PORT"))
    data_exchange: str | None = options.dataexchange_url
    if options.dataexchange_command:
        port = _port(
            host,
            options.dataexchange_port,
            "the local Data Exchange",
            "--dataexchange-port",
            "LOCAL_DATAEXCHANGE_PORT",
        )
        data_exchange = endpoint(host, port)
        children.append(_data_exchange(options, port, aws, state_dir))
    found = environment.variables(aws, data_exchange)
    children.append(_ministack(options, found, state_dir))
    _await(f"{aws}/_ministack/health", children)
    if data_exchange:
        _await(f"{data_exchange}/", children)
    if options.register:
        register.register(options.register, found, options.role)
    environment.write(state_dir, found, options.clients)
    return found


def _port(host: str, wanted: int, what: str, flag: str, variable: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            raise StartError(
                f"port {wanted} of {host}, meant for {what}, cannot be had ({error.strerror}): "
                f"end what uses it, or choose another one with {flag} N or {variable}=N (0: any free one)"
            ) from error
        return int(probe.getsockname()[1])


def _ministack(options: argparse.Namespace, found: dict[str, str], state_dir: Path) -> Child:
    temporary = state_dir / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    own = {
        **found,
        "BIND_HOST": options.host,
        "GATEWAY_PORT": str(urlsplit(found["AWS_ENDPOINT_URL"]).port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # listeners on ports of their own, which nobody here needs
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(temporary.resolve()),
        "LOCAL_AWS_HANDLER_SECONDS": str(options.handler_seconds),
        "LOCAL_AWS_RETRY_SECONDS": str(options.retry_seconds),
        "LOCAL_AWS_STRING_SCALARS": "1" if options.string_scalars else "",
        "LOCAL_AWS_END_WITH_STDIN": "1",
    }
    return _spawn("local AWS", [sys.executable, "-m", f"{__package__}.server"], own, state_dir / "aws.log")


def _data_exchange(options: argparse.Namespace, port: int, aws: str, state_dir: Path) -> Child:
    given = ["--host", options.host, "--port", str(port), "--s3-endpoint", aws, *options.dataexchange_option]
    return _spawn(
        "the local Data Exchange",
        [*options.dataexchange_command, *given],
        environment.variables(aws, None),
        state_dir / "dataexchange.log",
    )


def _spawn(name: str, command: list[str], more: dict[str, str], log: Path) -> Child:
    """A child in a session of its own: Ctrl-C reaches only us, and its whole group can be ended."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                env={**plain, **more},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_us if sys.platform == "linux" else None,
            )
        except OSError as error:
            raise StartError(f"{name} cannot start by `{shlex.join(command)}`: {error.strerror}") from error
    return Child(name, process, log)


def _end_with_us() -> None:
    """In the child: the kernel ends it should we be killed before we can do so ourselves."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _await(url: str, children: list[Child]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        for child in children:
            report = child.ended()
            if report:
                raise StartError(report)
        try:
            opener.open(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise StartError(f"{url} gave no answer within {READY_SECONDS} s; logs: {', '.join(str(c.log) for c in children)}")


def _announce(options: argparse.Namespace, found: dict[str, str], state_dir: Path) -> None:
    addresses = {"local AWS": "AWS_ENDPOINT_URL", "local Data Exchange": "AWS_ENDPOINT_URL_DATAEXCHANGE"}
    if options.host != DEFAULT_HOST:
        print(f"warning: anyone who reaches {options.host} can use these services, and run code here", file=sys.stderr)
        host = "ADDRESS" if options.host == "0.0.0.0" else options.host
        for variable in addresses.values():
            if variable in found:
                print(f"others use  {variable}=http://{host}:{urlsplit(found[variable]).port}", file=sys.stderr)
        if host == "ADDRESS":
            print(
                "  ADDRESS is this machine's in their network; in a container of Docker host.docker.internal, on Linux "
                "with --add-host=host.docker.internal:host-gateway",
                file=sys.stderr,
            )
    if options.json:
        print(json.dumps({"ready": True, "stateDir": str(state_dir), "environment": found}), flush=True)
        return
    for name, variable in addresses.items():
        if variable in found:
            print(f"{name:<21}{found[variable]}")
    if "AWS_ENDPOINT_URL_DATAEXCHANGE" in found:
        print(f"{'a page to look at':<21}{found['AWS_ENDPOINT_URL_DATAEXCHANGE']}/_emulator/")
    print(f"{'logs and state':<21}{state_dir}")
    print(f"In another terminal: . {shlex.quote(str(state_dir / 'env.sh'))}. Ctrl-C ends it.", flush=True)


# --- ending -----------------------------------------------------------------------------------------------------


def _end(children: list[Child]) -> None:
    """Asks every child to end, then makes sure that nothing of its group is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        _signal(child, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, until - time.monotonic()))
        _signal(child, signal.SIGKILL)
        child.process.wait()


def _signal(child: Child, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    except OSError:
        return ""
