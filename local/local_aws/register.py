"""Registers a package by the ordinary API calls, exactly as a user would."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .environment import REGION, add_state_dir, not_running, running

COMMAND, SUMMARY = "register", "register a package as a type: roles, package to S3, RegisterType, default version"
BUCKET = "local-type-packages"
LOG_PERMISSIONS = {
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
}


def session_client(service: str, environment: dict[str, str]) -> Any:
    """A client with exactly that environment's address and keys, whatever this process has."""
    session = boto3.session.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment.get("AWS_DEFAULT_REGION", REGION),
    )
    config = Config(s3={"addressing_style": "path"}, proxies={}, retries={"total_max_attempts": 1}, read_timeout=90)
    return session.client(service, endpoint_url=environment["AWS_ENDPOINT_URL"], config=config)


def register(package: Path, environment: dict[str, str], role_template: Path | None = None) -> str:
    """Roles, package in S3, RegisterType, default version. Returns the ARN of the version.

    The handlers' log is the group that `cfn submit` would choose, e.g. acme-dataexchange-job-logs.
    """
    content = package.read_bytes()
    try:
        with zipfile.ZipFile(package) as archive:
            type_name = json.loads(archive.read(".rpdk-config"))["typeName"]
            schema = json.loads(archive.read("schema.json"))
    except (KeyError, ValueError) as error:
        raise SystemExit(f"{package} is no registry package: {error}") from error
    hyphenated = type_name.replace("::", "-")
    if role_template:
        role = _role_by_template(environment, role_template, type_name)
    else:
        permissions = {p for handler in schema.get("handlers", {}).values() for p in handler.get("permissions", [])}
        role = _role(environment, f"{hyphenated}-execution", permissions)
    log_role = _role(environment, f"{hyphenated}-logs", LOG_PERMISSIONS)
    s3 = session_client("s3", environment)
    s3.create_bucket(Bucket=BUCKET)
    key = f"{hyphenated}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    client = session_client("cloudformation", environment)
    token = client.register_type(
        Type="RESOURCE",
        TypeName=type_name,
        SchemaHandlerPackage=f"s3://{BUCKET}/{key}",
        ExecutionRoleArn=role,
        LoggingConfig={"LogRoleArn": log_role, "LogGroupName": f"{hyphenated.lower()}-logs"},
    )["RegistrationToken"]
    progress = client.describe_type_registration(RegistrationToken=token)
    if progress["ProgressStatus"] != "COMPLETE":
        raise SystemExit(f"{type_name} was not registered: {progress.get('Description')}")
    client.set_type_default_version(Arn=progress["TypeVersionArn"])
    return str(progress["TypeVersionArn"])


def _role_by_template(environment: dict[str, str], template: Path, type_name: str) -> str:
    """The role as `cfn submit` makes it: a stack of resource-role.yaml, whose output is the ARN."""
    client = session_client("cloudformation", environment)
    name = f"{type_name.replace('::', '-').lower()}-role-stack"
    arguments = {"StackName": name, "TemplateBody": template.read_text(), "Capabilities": ["CAPABILITY_IAM"]}
    patience = {"Delay": 1, "MaxAttempts": 60}
    try:
        client.create_stack(**arguments)
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=patience)
    except client.exceptions.AlreadyExistsException:
        try:
            client.update_stack(**arguments)
            client.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=patience)
        except client.exceptions.ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    outputs = client.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    return str(outputs[0]["OutputValue"])


def _role(environment: dict[str, str], name: str, permissions: set[str]) -> str:
    """A role without a template: these permissions on everything, trusted to CloudFormation for its types."""
    iam = session_client("iam", environment)
    name = name[:64]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "resources.cloudformation.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    try:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    statement = {"Effect": "Allow" if permissions else "Deny", "Action": sorted(permissions) or "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=json.dumps(document))
    return str(arn)


def found_environment(state_dir: Path) -> dict[str, str]:
    """The local AWS of this shell, or the one that keeps its state there."""
    if "AWS_ENDPOINT_URL" in os.environ:
        return dict(os.environ)
    environment = running(state_dir)
    if environment is None:
        raise SystemExit(not_running(state_dir))
    return environment


def existing_file(text: str) -> Path:
    """An argument of a command."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def zip_file(text: str) -> Path:
    """An argument of a command."""
    path = existing_file(text)
    if not zipfile.is_zipfile(path):
        raise argparse.ArgumentTypeError(f"{text} is no zip file")
    return path


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", type=zip_file, metavar="ZIP", help="the registry package")
    parser.add_argument(
        "--role", type=existing_file, metavar="YAML", help="the execution role's template (resource-role.yaml)"
    )
    add_state_dir(parser)


def run(options: argparse.Namespace) -> int:
    print(register(options.package, found_environment(options.state_dir), options.role))
    return 0
