"""AWS clients for this very server: the extension uses the ordinary APIs wherever they exist."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config


@dataclass(frozen=True)
class Scope:
    """Whose call it is: types are registered per account and Region."""

    account: str
    region: str


class Clients:
    """Makes each client once. MiniStack takes a 12-digit access key for the account to work in."""

    def __init__(self, endpoint: str, read_timeout: float) -> None:
        self._endpoint = endpoint
        self._config = Config(
            read_timeout=read_timeout,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            max_pool_connections=64,
            proxies={},
        )
        self._made: dict[tuple[str, Scope], Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str, scope: Scope) -> Any:
        with self._lock:
            if (service, scope) not in self._made:
                session = boto3.session.Session(
                    aws_access_key_id=scope.account, aws_secret_access_key="local", region_name=scope.region
                )
                self._made[service, scope] = session.client(service, endpoint_url=self._endpoint, config=self._config)
            return self._made[service, scope]
