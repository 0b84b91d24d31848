"""A pytest plugin for the official suite, `-p contract_plugin`: order and report. It changes no test.

Order: the suite keeps the id of the job that it updated last in its update input, and sends it again in
contract_update_without_create, to be told NotFound. A job that an update has started stays readable for 90 days though:
the service has no way to remove it. So that test comes first, while the suite has no id yet.

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
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.name != FIRST)


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
