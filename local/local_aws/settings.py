"""The settings of the extension, from the environment of the server process."""

from __future__ import annotations

import os
from dataclasses import dataclass

ENDPOINT_PREFIX = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Settings:
    """The limits are CloudFormation's; tests may shorten them."""

    endpoint: str
    #: after this a call of CREATE, UPDATE or DELETE is repeated; of READ and LIST after half of it
    handler_seconds: float = 60.0
    #: the first pause before a retriable failure is tried again; it doubles each time
    retry_seconds: float = 1.0
    #: send every scalar as a string, as CloudFormation is known to do
    string_scalars: bool = False

    @property
    def function_seconds(self) -> int:
        """When Lambda ends a call: later than CloudFormation stops waiting for it, as an AWS account shows."""
        return max(1, round(3 * self.handler_seconds))

    @staticmethod
    def from_environment() -> Settings:
        return Settings(
            endpoint=os.environ[ENDPOINT_PREFIX],
            handler_seconds=float(os.environ.get("LOCAL_AWS_HANDLER_SECONDS", "60")),
            retry_seconds=float(os.environ.get("LOCAL_AWS_RETRY_SECONDS", "1")),
            string_scalars=os.environ.get("LOCAL_AWS_STRING_SCALARS", "") == "1",
        )


def service_endpoints() -> dict[str, str]:
    """The endpoints that handlers are given, so that their SDK clients find the local services."""
    return {name: value for name, value in os.environ.items() if name.startswith(ENDPOINT_PREFIX) and value}
