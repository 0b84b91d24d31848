"""Prints the shell commands that point `aws`, `sam`, `cfn` and `cdk` at the local AWS that runs, for `eval`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

COMMAND, SUMMARY = "env", "print the environment of the local AWS that runs, for eval"
#: in the folder where the command is given
STATE_DIR = Path(".local-aws")
ACCOUNT = "123456789012"
REGION = "us-east-1"
CLIENTS = ("aws", "sam", "cfn", "cfn-lint", "cdk")


def endpoint(host: str, port: int) -> str:
    """Where clients on this machine reach what listens on the host."""
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"


def variables(aws: str, data_exchange: str | None) -> dict[str, str]:
    """The environment of a client. The account is that of the local Data Exchange, so that ARNs agree."""
    no_proxy = _no_proxy(urlsplit(aws).hostname or "")
    found = {
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCOUNT_ID": ACCOUNT,
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
    if data_exchange:
        found["AWS_ENDPOINT_URL_DATAEXCHANGE"] = data_exchange
    return found


def _no_proxy(host: str) -> str:
    known = [host for host in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if host]
    return ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost", host]))


def _link_clients(state_dir: Path, places: list[str]) -> Path:
    """A folder with the clients of those places and nothing else: a newcomer has none of them in PATH."""
    folder = state_dir / "bin"
    folder.mkdir(exist_ok=True)
    for name in CLIENTS:
        link = folder / name
        link.unlink(missing_ok=True)
        found = next((place for place in (Path(each, name) for each in places) if place.exists()), None)
        if found:
            link.symlink_to(found)
    return folder.resolve()


def script(found: dict[str, str], tools: Path) -> str:
    """Shell commands. A profile of the user's own would take precedence over the keys, so it is unset."""
    lines = ["unset AWS_PROFILE AWS_DEFAULT_PROFILE"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in found.items()]
    # as often as one evaluates it, the folder is in PATH once
    known, added = shlex.quote(f":{tools}:"), shlex.quote(str(tools))
    lines.append(f'case ":$PATH:" in *{known}*) ;; *) export PATH={added}:"$PATH" ;; esac')
    return "\n".join(lines) + "\n"


def write(state_dir: Path, found: dict[str, str], clients: list[Path]) -> None:
    """`clients`: folders in which the clients are; those beside this very Python are found in any case."""
    places = [str(folder.absolute()) for folder in (*clients, Path(sys.executable).parent)]
    known = {"pid": os.getpid(), "environment": found, "clients": places}
    (state_dir / "env.json").write_text(json.dumps(known, indent=2) + "\n")
    (state_dir / "env.sh").write_text(script(found, _link_clients(state_dir, places)))


def forget(state_dir: Path) -> None:
    for name in ("env.json", "env.sh"):
        (state_dir / name).unlink(missing_ok=True)


def running(state_dir: Path) -> dict[str, str] | None:
    """The environment of the local AWS that keeps its state there; None when none runs."""
    try:
        known = json.loads((state_dir / "env.json").read_text())
        environment: dict[str, str] = known["environment"]
        os.kill(known["pid"], 0)
        # the process id may be another process's by now
        address = urlsplit(environment["AWS_ENDPOINT_URL"])
        socket.create_connection((address.hostname or "", address.port or 0), timeout=5).close()
    except (OSError, ValueError, KeyError):
        return None
    return environment


def add_state_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state-dir", type=Path, default=STATE_DIR, metavar="DIR", help=f"addresses and logs (default {STATE_DIR})"
    )


def not_running(state_dir: Path) -> str:
    return f"no local AWS keeps its state in {state_dir}: start one in another terminal, or name its --state-dir"


def add_options(parser: argparse.ArgumentParser) -> None:
    add_state_dir(parser)


def run(options: argparse.Namespace) -> int:
    state_dir: Path = options.state_dir
    found = running(state_dir)
    if found is None:
        print(not_running(state_dir), file=sys.stderr)
        return 1
    # clients may have been installed since it was started
    places = json.loads((state_dir / "env.json").read_text())["clients"]
    sys.stdout.write(script(found, _link_clients(state_dir, places)))
    return 0
