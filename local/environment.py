"""What a shell needs so that `aws`, `sam`, `cfn` and `cdk` talk to local AWS; and `python -m local.environment`,
which prints it for `eval`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = ROOT / ".local"
ACCOUNT = "123456789012"
REGION = "us-east-1"
CLIENTS = ("aws", "sam", "cfn", "cfn-lint", "cdk")


def endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def variables(aws: str, data_exchange: str | None) -> dict[str, str]:
    """The environment of a client. The account is that of the local Data Exchange, so that ARNs agree."""
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
        "NO_PROXY": _no_proxy(),
        "no_proxy": _no_proxy(),
    }
    if data_exchange:
        found["AWS_ENDPOINT_URL_DATAEXCHANGE"] = data_exchange
    return found


def _no_proxy() -> str:
    known = [host for host in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if host]
    return ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))


def link_tools(state_dir: Path) -> Path:
    """A folder with the project's own clients and nothing else: a newcomer has none of them installed."""
    folder = state_dir / "bin"
    folder.mkdir(exist_ok=True)
    for name in CLIENTS:
        link = folder / name
        link.unlink(missing_ok=True)
        places = [*sorted((ROOT / ".venv").glob(f"*/bin/{name}")), ROOT / "node_modules" / ".bin" / name]
        found = next((place for place in places if place.exists()), None)
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


def write(state_dir: Path, found: dict[str, str]) -> None:
    (state_dir / "env.json").write_text(json.dumps({"pid": os.getpid(), "environment": found}, indent=2) + "\n")
    (state_dir / "env.sh").write_text(script(found, link_tools(state_dir)))


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


def main() -> int:
    parser = argparse.ArgumentParser(description="Print the environment of the local AWS that runs, for eval.")
    parser.add_argument("--state-dir", type=Path, default=STATE_DIR)
    state_dir: Path = parser.parse_args().state_dir
    found = running(state_dir)
    if found is None:
        print("local AWS does not run: start it with `make local` in another terminal", file=sys.stderr)
        return 1
    sys.stdout.write(script(found, link_tools(state_dir)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
