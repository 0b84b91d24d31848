"""`python -m local.up`: starts local AWS and the local Data Exchange, and stays until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
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

from . import environment, register
from .environment import ACCOUNT, REGION, ROOT, STATE_DIR, endpoint

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


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
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


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.up", description=__doc__)
    for flag, variable, usual in (
        ("--aws-port", "LOCAL_AWS_PORT", "4566"),
        ("--dataexchange-port", "LOCAL_DATAEXCHANGE_PORT", "4567"),
    ):
        chosen = int(os.environ.get(variable, usual))
        parser.add_argument(flag, type=int, metavar="N", default=chosen, help=f"default {usual}; 0: a free one")
    parser.add_argument("--state-dir", type=Path, default=STATE_DIR, help="addresses and logs (default .local)")
    parser.add_argument("--dataexchange-url", help="use a Data Exchange that runs already")
    parser.add_argument("--no-dataexchange", action="store_true", help="start local AWS alone")
    parser.add_argument(
        "--dataexchange-option",
        action="append",
        default=[],
        metavar="OPTION",
        help="handed on to the local Data Exchange, e.g. --dataexchange-option=--job-seconds=5 (repeatable)",
    )
    parser.add_argument("--register", type=Path, metavar="ZIP", help="a registry package to register as a type")
    parser.add_argument("--role", type=Path, metavar="YAML", help="the execution role's template for --register")
    parser.add_argument("--json", action="store_true", help="when ready, print one line of JSON and nothing else")
    parser.add_argument(
        "--handler-seconds", type=float, default=60, help="after this a call that gave no answer is repeated (60)"
    )
    parser.add_argument("--retry-seconds", type=float, default=1, help="first pause before a retry (1)")
    parser.add_argument(
        "--string-scalars", action="store_true", help="send every scalar as a string, as CloudFormation may do"
    )
    return parser.parse_args(arguments)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _owned(state_dir: Path) -> Iterator[None]:
    if environment.running(state_dir):
        raise StartError(f"it runs already with its state in {state_dir}; another one needs another --state-dir")
    yield


# --- starting ---------------------------------------------------------------------------------------------------


def _start(options: argparse.Namespace, state_dir: Path, children: list[Child]) -> dict[str, str]:
    aws_port = _port(options.aws_port, "local AWS", "--aws-port", "LOCAL_AWS_PORT")
    data_exchange: str | None = options.dataexchange_url
    if not data_exchange and not options.no_dataexchange:
        port = _port(
            options.dataexchange_port, "the local Data Exchange", "--dataexchange-port", "LOCAL_DATAEXCHANGE_PORT"
        )
        data_exchange = endpoint(port)
        children.append(_data_exchange(port, aws_port, options.dataexchange_option, state_dir))
    found = environment.variables(endpoint(aws_port), data_exchange)
    children.append(_ministack(aws_port, options, found, state_dir))
    _await(f"{endpoint(aws_port)}/_ministack/health", children)
    if data_exchange:
        _await(f"{data_exchange}/", children)
    if options.register:
        register.register(options.register, found, options.role)
    environment.write(state_dir, found)
    return found


def _port(wanted: int, what: str, flag: str, variable: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise StartError(
                f"port {wanted}, meant for {what}, cannot be had ({error.strerror}): "
                f"end what uses it, or choose another one with {flag} N or {variable}=N (0: any free one)"
            ) from error
        return int(probe.getsockname()[1])


def _ministack(port: int, options: argparse.Namespace, found: dict[str, str], state_dir: Path) -> Child:
    temporary = state_dir / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    own = {
        **found,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # listeners on ports of their own, which nobody here needs
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(temporary.resolve()),
        "PYTHONPATH": str(ROOT),
        "LOCAL_AWS_HANDLER_SECONDS": str(options.handler_seconds),
        "LOCAL_AWS_RETRY_SECONDS": str(options.retry_seconds),
        "LOCAL_AWS_STRING_SCALARS": "1" if options.string_scalars else "",
        "LOCAL_AWS_END_WITH_STDIN": "1",
    }
    return _spawn("local AWS", [sys.executable, "-m", "local.server"], own, state_dir / "aws.log")


def _data_exchange(port: int, aws_port: int, more: list[str], state_dir: Path) -> Child:
    node = shutil.which("node")
    script = ROOT / "emulator" / "cli.ts"
    if node is None or not script.exists():
        missing = "node is not on PATH" if node is None else f"{script.relative_to(ROOT)} does not exist"
        raise StartError(f"the local Data Exchange cannot start: {missing}")
    command = [node, "--import", "tsx", str(script), "--port", str(port), "--s3-endpoint", endpoint(aws_port), *more]
    return _spawn(
        "the local Data Exchange",
        command,
        environment.variables(endpoint(aws_port), None),
        state_dir / "dataexchange.log",
    )


def _spawn(name: str, command: list[str], more: dict[str, str], log: Path) -> Child:
    """A child in a session of its own: Ctrl-C reaches only us, and its whole group can be ended."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**plain, **more},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_us if sys.platform == "linux" else None,
        )
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
    if options.json:
        print(json.dumps({"ready": True, "stateDir": str(state_dir), "environment": found}), flush=True)
        return
    print(f"local AWS            {found['AWS_ENDPOINT_URL']}")
    if "AWS_ENDPOINT_URL_DATAEXCHANGE" in found:
        print(f"local Data Exchange  {found['AWS_ENDPOINT_URL_DATAEXCHANGE']}")
        print(f"a page to look at    {found['AWS_ENDPOINT_URL_DATAEXCHANGE']}/_emulator/")
    print(f"logs and state       {state_dir}")
    print('In another terminal: eval "$(make -s local-env)". Ctrl-C ends it.', flush=True)


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


if __name__ == "__main__":
    sys.exit(main())
