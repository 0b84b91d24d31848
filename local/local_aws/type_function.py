"""Puts handler code where `cfn test` and `cfn invoke` look for it, as the function `TypeFunction` of local AWS."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import zipfile
from pathlib import Path

from .environment import ACCOUNT, add_state_dir
from .register import found_environment, session_client, zip_file

COMMAND, SUMMARY = "type-function", "make the function that cfn test and cfn invoke call"


def install(
    archive: Path, environment: dict[str, str], name: str = "TypeFunction", handler: str = "dist/handlers.entrypoint"
) -> str:
    code, runtime = archive.read_bytes(), "nodejs22.x"
    with zipfile.ZipFile(io.BytesIO(code)) as package:
        if "ResourceProvider.zip" in package.namelist():
            settings = json.loads(package.read(".rpdk-config"))
            code, runtime, handler = package.read("ResourceProvider.zip"), settings["runtime"], settings["entrypoint"]
    client = session_client("lambda", environment)
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        client.delete_function(FunctionName=name)
    answer = client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler=handler,
        Role=f"arn:aws:iam::{ACCOUNT}:role/type-without-rights",
        Code={"ZipFile": code},
        Timeout=60,
        MemorySize=256,
    )
    return str(answer["FunctionArn"])


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("zip", type=zip_file, metavar="ZIP", help="a registry package, or the handler code alone")
    parser.add_argument("--name", default="TypeFunction")
    parser.add_argument("--handler", default="dist/handlers.entrypoint", help="for a zip of handler code alone")
    add_state_dir(parser)


def run(options: argparse.Namespace) -> int:
    print(install(options.zip, found_environment(options.state_dir), options.name, options.handler))
    return 0
