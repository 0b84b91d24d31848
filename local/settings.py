"""The settings of the extension, from the environment of the server process."""

from __future__ import annotations

import os
from dataclasses import dataclass

ENDPOINT_PREFIX = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Settings:
    """The limits are CloudFormation's; the tests shorten them so that a time-out takes seconds."""

    endpoint: str
    #: a CREATE, UPDATE or DELETE handler must answer within this; READ and LIST within half of it
    handler_seconds: float = 60.0
    #: how long one minute of a schema's timeoutInMinutes lasts
    minute_seconds: float = 60.0
    #: the first pause before a retriable failure is tried again; it doubles each time
    retry_seconds: float = 1.0
    #: send every scalar as a string, as CloudFormation is known to do
    string_scalars: bool = False

    @staticmethod
    def from_environment() -> Settings:
        return Settings(
            endpoint=os.environ[ENDPOINT_PREFIX],
            handler_seconds=float(os.environ.get("LOCAL_AWS_HANDLER_SECONDS", "60")),
            minute_seconds=float(os.environ.get("LOCAL_AWS_MINUTE_SECONDS", "60")),
            retry_seconds=float(os.environ.get("LOCAL_AWS_RETRY_SECONDS", "1")),
            string_scalars=os.environ.get("LOCAL_AWS_STRING_SCALARS", "") == "1",
        )


def service_endpoints() -> dict[str, str]:
    """The endpoints that handlers are given, so that their SDK clients find the local services."""
    return {name: value for name, value in os.environ.items() if name.startswith(ENDPOINT_PREFIX) and value}
