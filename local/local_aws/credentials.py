"""The roles of a type: CloudFormation assumes them for each invocation and hands their credentials to the handler."""

from __future__ import annotations

import fnmatch
import json
from typing import Any
from urllib.parse import unquote

from .clients import Clients, Scope

PRINCIPAL = "resources.cloudformation.amazonaws.com"


class RoleError(Exception):
    """The role cannot be assumed; the text says why."""


class Roles:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def credentials(self, scope: Scope, role_arn: str, source_arn: str) -> dict[str, str]:
        """Fresh session credentials of the role, as a handler's event carries them."""
        self._check_trust(scope, role_arn, source_arn)
        answer = self._clients.get("sts", scope).assume_role(
            RoleArn=role_arn, RoleSessionName=source_arn.split("/")[-2][:60]
        )
        session = answer["Credentials"]
        return {
            "accessKeyId": session["AccessKeyId"],
            "secretAccessKey": session["SecretAccessKey"],
            "sessionToken": session["SessionToken"],
        }

    def _check_trust(self, scope: Scope, role_arn: str, source_arn: str) -> None:
        """MiniStack's STS gives out any role; CloudFormation only gets one that exists and trusts it."""
        iam = self._clients.get("iam", scope)
        try:
            role = iam.get_role(RoleName=role_arn.rsplit("/", 1)[-1])["Role"]
        except iam.exceptions.NoSuchEntityException as error:
            raise RoleError(f"Role {role_arn} is invalid or cannot be assumed: it does not exist") from error
        policy = role["AssumeRolePolicyDocument"]
        if isinstance(policy, str):
            policy = json.loads(unquote(policy))
        known = {"aws:sourceaccount": scope.account, "aws:sourcearn": source_arn}
        if not any(_allows(statement, known) for statement in _list(policy.get("Statement"))):
            raise RoleError(
                f"Role {role_arn} is invalid or cannot be assumed: its trust policy does not allow sts:AssumeRole to "
                f"{PRINCIPAL} with aws:SourceAccount {scope.account} and aws:SourceArn {source_arn}"
            )


def _allows(statement: dict[str, Any], known: dict[str, str]) -> bool:
    principal = statement.get("Principal")
    services = _list(principal.get("Service")) if isinstance(principal, dict) else _list(principal)
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    return (
        statement.get("Effect") == "Allow"
        and any(service in (PRINCIPAL, "*") for service in services)
        and any(fnmatch.fnmatchcase("sts:assumerole", action) for action in actions)
        and all(
            _holds(operator, known[key.lower()], _list(values))
            for operator, conditions in statement.get("Condition", {}).items()
            for key, values in conditions.items()
            if key.lower() in known
        )
    )


def _holds(operator: str, actual: str, values: list[str]) -> bool:
    if operator in ("StringEquals", "StringEqualsIfExists"):
        return actual in values
    # StringLike, ArnLike and ArnEquals all take wildcards
    return any(fnmatch.fnmatchcase(actual, value.replace("[", "[[]")) for value in values)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
