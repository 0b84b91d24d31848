"""The official clients, each as its makers ship it, pointed at one local AWS."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import ROOT, Local

TOOLS = {
    name: ROOT / ".venv" / venv / "bin" / name for name, venv in (("cfn", "cfn"), ("sam", "sam"), ("aws", "local"))
}
THERE = all(path.exists() for path in TOOLS.values())


@dataclass
class Official:
    """Commands in one folder."""

    local: Local
    folder: Path

    def run(self, tool: str, *arguments: str) -> Any:
        """What it prints; JSON is read."""
        environment = {**os.environ, **self.local.environment}
        environment["PATH"] = f"{TOOLS['sam'].parent}:{environment['PATH']}"
        found = subprocess.run(
            [TOOLS[tool], *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert found.returncode == 0, f"{tool} {' '.join(arguments)}\n{found.stdout}\n{found.stderr}"
        return json.loads(found.stdout) if tool == "aws" and found.stdout.startswith(("{", "[")) else found.stdout

    def aws(self, service: str, *arguments: str) -> Any:
        return self.run("aws", service, *arguments, "--output", "json")

    def cloudformation(self, *arguments: str) -> Any:
        return self.aws("cloudformation", *arguments)

    def take(self, stack: str, type_name: str, logical_id: str, identifier: str, template: dict[str, Any]) -> str:
        """Imports what exists into a stack of its own; returns the status it ends in."""
        (self.folder / f"{stack}.json").write_text(json.dumps(template))
        change_set = ("--stack-name", stack, "--change-set-name", "take")
        self.cloudformation(
            "create-change-set",
            *change_set,
            "--change-set-type",
            "IMPORT",
            "--resources-to-import",
            f"ResourceType={type_name},LogicalResourceId={logical_id},ResourceIdentifier={{Id={identifier}}}",
            "--template-body",
            f"file://{stack}.json",
        )
        self.cloudformation("execute-change-set", *change_set)
        return self.local.settled(stack)

    def register_second_version(self, type_name: str, url: str) -> list[tuple[str, bool]]:
        """With the first one's role, it becomes the default and the first is removed; returns what versions() does."""
        of_type = ("--type", "RESOURCE", "--type-name", type_name)
        role = self.cloudformation("describe-type", *of_type)["ExecutionRoleArn"]
        package = ("--schema-handler-package", url, "--execution-role-arn", role)
        token = self.cloudformation("register-type", *of_type, *package)["RegistrationToken"]
        arn = self.cloudformation("describe-type-registration", "--registration-token", token)["TypeVersionArn"]
        self.cloudformation("set-type-default-version", "--arn", arn)
        self.cloudformation("deregister-type", *of_type, "--version-id", "00000001")
        return self.versions(type_name)

    def versions(self, type_name: str) -> list[tuple[str, bool]]:
        """Each version, and whether it is the default."""
        of_type = ("--type", "RESOURCE", "--type-name", type_name)
        summaries = self.cloudformation("list-type-versions", *of_type)["TypeVersionSummaries"]
        return [(each["VersionId"], each["IsDefaultVersion"]) for each in summaries]
