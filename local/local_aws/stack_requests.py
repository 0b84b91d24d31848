"""What CloudFormation refuses about a request for a stack, and what local AWS cannot carry out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_UPDATABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
}
#: CloudFormation updates these too; the engine does not
_FAILED = {"CREATE_FAILED", "UPDATE_FAILED"}

#: the beginning of a parameter's name → what local AWS cannot do with it
_UNSUPPORTED = {
    "DeploymentConfig.DisableRollback": "take DisableRollback in DeploymentConfig, only as a parameter of its own",
    "DeploymentConfig.Mode": "deploy in another mode than the standard one",
    "DeploymentMode": "deploy in another mode than the standard one",
    "NotificationARNs.": "send notifications of stack events",
    "ResourceTypes.": "restrict the types of a stack's resources",
    "RollbackConfiguration.": "watch rollback triggers",
    "StackPolicy": "enforce stack policies",
    "TimeoutInMinutes": "end the creation of a stack after a time",
}
#: values that ask for what happens anyway
_USUAL = {("DeploymentConfig.DisableRollback", "false"), ("DeploymentConfig.Mode", "STANDARD")}
_ACTIONS = {
    "CreateChangeSet",
    "CreateStack",
    "DeleteStack",
    "ExecuteChangeSet",
    "RollbackStack",
    "SetStackPolicy",
    "UpdateStack",
}


@dataclass(frozen=True)
class Refused:
    code: str
    message: str


def refusal(action: str, parameters: dict[str, str], stack: dict[str, str]) -> Refused | None:
    """Why the request is refused, or None.

    `parameters` are those of the query protocol that have a value; `stack` is the stack that the request is about, with
    StackId, StackName and StackStatus, or empty.
    """
    if action not in _ACTIONS:
        return None
    for name, value in parameters.items():
        for beginning, what in _UNSUPPORTED.items():
            if name.startswith(beginning) and (name, value) not in _USUAL:
                return Refused("ValidationError", f"Local AWS cannot {what}: leave {name.split('.')[0]} out.")
    status = stack.get("StackStatus", "DELETE_COMPLETE")
    if status == "DELETE_COMPLETE":
        return None
    kind = parameters.get("ChangeSetType", "UPDATE") if action == "CreateChangeSet" else ""
    if action == "CreateStack" or kind == "CREATE":
        return _creation(action, stack["StackName"], status)
    if action == "UpdateStack" or (kind and not (kind == "IMPORT" and status == "REVIEW_IN_PROGRESS")):
        return _update(stack["StackId"], status)
    if action == "ExecuteChangeSet" and status not in {"REVIEW_IN_PROGRESS", *_UPDATABLE}:
        name = parameters.get("ChangeSetName", "")
        return Refused(
            "InvalidChangeSetStatus", f"ChangeSet [{name}] cannot be executed: the stack is in the status {status}"
        )
    return _deletion(stack["StackId"], status) if action == "DeleteStack" else None


def _creation(action: str, name: str, status: str) -> Refused | None:
    if action == "CreateChangeSet" and status == "REVIEW_IN_PROGRESS":
        return None
    return Refused("AlreadyExistsException", f"Stack [{name}] already exists")


def _update(stack_id: str, status: str) -> Refused | None:
    if status in _FAILED:
        return Refused(
            "ValidationError", f"Local AWS cannot update a stack in the status {status}: call RollbackStack first."
        )
    if status in _UPDATABLE:
        return None
    return Refused("ValidationError", f"Stack:{stack_id} is in {status} state and can not be updated.")


def _deletion(stack_id: str, status: str) -> Refused | None:
    """A stack whose deletion is in progress is no refusal: the request has no effect."""
    if status in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
        return Refused(
            "ValidationError",
            f"Local AWS cannot delete a stack in the status {status}: wait until the operation has ended.",
        )
    if status.endswith("_IN_PROGRESS") and status not in ("DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"):
        return Refused("ValidationError", f"Stack [{stack_id}] cannot be deleted while in status {status}")
    return None
