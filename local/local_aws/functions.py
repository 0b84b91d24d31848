"""The Lambda functions that hold the handlers' code, and the time that the driver lives in."""

from __future__ import annotations

import concurrent.futures
import json
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from .clients import Clients
from .registry import Version
from .type_schema import Model


@dataclass(frozen=True)
class Reply:
    """What a call of a function answered: its payload, or what the function threw."""

    payload: bytes
    crashed: bool = False


class Functions(Protocol):
    def start(self, version: Version, request: Model) -> Future[Reply]:
        """Calls the function of the version. The future fails if the function cannot be called at all."""


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since some fixed moment."""

    def sleep(self, seconds: float) -> None: ...

    def wait(self, call: Future[Reply], seconds: float) -> bool:
        """Waits for the call's reply, at most that long; whether it is there."""


class LambdaFunctions:
    """Functions in local AWS."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def start(self, version: Version, request: Model) -> Future[Reply]:
        client = self._clients.get("lambda", version.scope)
        call: Future[Reply] = Future()

        def run() -> None:
            try:
                answer = client.invoke(FunctionName=version.function, Payload=json.dumps(request).encode())
                call.set_result(Reply(answer["Payload"].read(), "FunctionError" in answer))
            except Exception as error:
                call.set_exception(error)

        # a daemon: a call that nobody waits for any more must not keep the server from ending
        threading.Thread(target=run, daemon=True, name=f"call-{version.function}").start()
        return call


class RealClock:
    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wait(self, call: Future[Reply], seconds: float) -> bool:
        return bool(concurrent.futures.wait([call], timeout=seconds).done)
