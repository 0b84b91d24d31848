"""How the driver waits and repeats. Nothing here takes time: the clock moves when somebody waits for it."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from local_aws import package
from local_aws.clients import Scope
from local_aws.credentials import Roles
from local_aws.driver import Driver, HandlerFailure, Operation
from local_aws.functions import Reply
from local_aws.registry import Version
from local_aws.settings import Settings
from local_aws.type_schema import Model

import toy

NAME = "Toy::Test::Thing"
MODEL = {"Id": "thing-1", "Name": "one"}
SUCCESS = {"status": "SUCCESS", "resourceModel": MODEL}


@dataclass
class Scripted:
    """A clock, and the function that lives by it: each call takes the next (seconds, answer) of the script."""

    script: list[tuple[float, Model]]
    time: float = 0.0
    calls: list[tuple[float, Model]] = field(default_factory=list)
    pending: list[tuple[float, Future[Reply], Model]] = field(default_factory=list)

    def start(self, version: Version, request: Model) -> Future[Reply]:
        seconds, answer = self.script[len(self.calls)]
        self.calls.append((self.time, request))
        call: Future[Reply] = Future()
        self.pending.append((self.time + seconds, call, answer))
        return call

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.settle()

    def wait(self, call: Future[Reply], seconds: float) -> bool:
        until = self.time + seconds
        due = next(moment for moment, other, _ in self.pending if other is call)
        self.time = min(due, until)
        self.settle()
        return call.done()

    def settle(self) -> None:
        for moment, call, answer in self.pending:
            if moment <= self.time and not call.done():
                call.set_result(Reply(json.dumps(answer).encode()))


def progress(delay: float = 0, **more: Any) -> Model:
    return {"status": "IN_PROGRESS", "resourceModel": MODEL, "callbackDelaySeconds": delay, **more}


def failed(code: str) -> Model:
    return {"status": "FAILED", "errorCode": code, "message": "no", "resourceModel": MODEL}


def version(document: Model | None = None) -> Version:
    found = package.read(toy.package(document), NAME)
    return Version(Scope("123456789012", "us-east-1"), NAME, "00000001", "arn", found, "f", None, None, "now")


def run(scripted: Scripted, action: str = "CREATE", type_version: Version | None = None) -> Model:
    driver = Driver(Settings("http://127.0.0.1:1"), scripted, cast(Roles, None), scripted)
    operation = Operation(
        action, {"Name": "one"}, requested={"Name": "one"}, identifier=None if action == "CREATE" else "thing-1"
    )
    return driver.run(type_version or version(), operation)


def started(scripted: Scripted) -> list[float]:
    return [moment for moment, _ in scripted.calls]


def contexts(scripted: Scripted) -> list[Any]:
    return [request["callbackContext"] for _, request in scripted.calls]


def test_the_delay_and_what_the_handler_answered_go_into_the_next_call() -> None:
    scripted = Scripted([(1, progress(30, callbackContext={"step": 1})), (2, progress(5)), (1, SUCCESS)])
    assert run(scripted) == MODEL
    assert started(scripted) == [0, 31, 38]
    assert contexts(scripted) == [None, {"step": 1}, None]
    assert [request["requestData"]["resourceProperties"] for _, request in scripted.calls] == [
        {"Name": "one"},
        MODEL,
        MODEL,
    ]


def test_a_call_without_an_answer_is_repeated_after_60_seconds_with_the_previous_context() -> None:
    late = progress(1, callbackContext={"step": 2})
    scripted = Scripted([(1, progress(1, callbackContext={"step": 1})), (76, late), (30, SUCCESS)])
    assert run(scripted) == MODEL
    # the answer that came after 76 seconds, during the third call, is lost
    assert started(scripted) == [0, 2, 62]
    assert contexts(scripted) == [None, {"step": 1}, {"step": 1}]
    assert len({request["bearerToken"] for _, request in scripted.calls}) == 1


def test_three_calls_without_an_answer_are_the_end() -> None:
    scripted = Scripted([(500, SUCCESS)] * 3)
    with pytest.raises(HandlerFailure, match=r"no answer within 60 s, 3 times in a row.*InternalFailure"):
        run(scripted)
    assert started(scripted) == [0, 60, 120]


def test_an_answer_starts_the_count_of_silent_calls_anew() -> None:
    silent = (70.0, SUCCESS)
    scripted = Scripted([silent, silent, (1, progress()), silent, silent, (1, SUCCESS)])
    assert run(scripted) == MODEL


def test_a_read_is_repeated_after_30_seconds() -> None:
    scripted = Scripted([(31, SUCCESS), (29, SUCCESS)])
    assert run(scripted, "READ") == MODEL
    assert started(scripted) == [0, 30]


def test_a_retriable_failure_begins_the_operation_again() -> None:
    throttled = (1.0, failed("Throttling"))
    scripted = Scripted([(0, progress(callbackContext={"step": 1})), throttled, throttled, throttled, (1, SUCCESS)])
    assert run(scripted) == MODEL
    assert started(scripted) == [0, 0, 2, 5, 10]
    assert contexts(scripted) == [None, {"step": 1}, None, None, None]
    assert len({request["bearerToken"] for _, request in scripted.calls}) == 1
    with pytest.raises(HandlerFailure, match="Throttling"):
        run(Scripted([throttled] * 4))


def test_the_timeout_of_the_schema() -> None:
    handlers = json.loads(json.dumps(toy.SCHEMA["handlers"]))
    handlers["create"]["timeoutInMinutes"] = 2
    slow = version(toy.schema(handlers=handlers))
    scripted = Scripted([(1, progress(50, message="busy"))] * 9)
    with pytest.raises(HandlerFailure) as raised:
        run(scripted, type_version=slow)
    assert "Resource timed out waiting for completion: not done within 2 minutes" in str(raised.value)
    assert 'its last message was "busy"' in str(raised.value)
    assert "HandlerErrorCode: NotStabilized" in str(raised.value)
    assert raised.value.identifier == "thing-1"
    assert (started(scripted), scripted.time) == ([0, 51, 102], 120)
