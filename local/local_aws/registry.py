"""The private registry: types, their versions, and the rules about both. Knows nothing of XML or templates."""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from . import package as packages
from .clients import Clients, Scope
from .package import Package, PackageError
from .settings import service_endpoints

QUOTA = 50

logger = logging.getLogger("local_aws.registry")


class RegistryError(Exception):
    """An answer of the API that is an error: its code and its text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Logging:
    role_arn: str
    group: str


@dataclass
class Version:
    scope: Scope
    type_name: str
    id: str
    arn: str
    package: Package
    function: str
    role_arn: str | None
    logging: Logging | None
    created: str
    deprecated: bool = False


@dataclass
class RegisteredType:
    name: str
    arn: str
    created: str
    default_id: str
    versions: dict[str, Version] = field(default_factory=dict)
    last_number: int = 0

    @property
    def live(self) -> list[Version]:
        return [version for version in self.versions.values() if not version.deprecated]

    @property
    def default(self) -> Version:
        return self.versions[self.default_id]


@dataclass
class Registration:
    token: str
    type_name: str
    type_arn: str
    status: str
    description: str
    version: Version | None = None


@dataclass(frozen=True)
class Request:
    """What RegisterType asks for."""

    type_name: str
    package_url: str
    role_arn: str | None = None
    logging: Logging | None = None
    client_token: str | None = None


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def type_arn(scope: Scope, type_name: str) -> str:
    return f"arn:aws:cloudformation:{scope.region}:{scope.account}:type/resource/{type_name.replace('::', '-')}"


class Registry:
    """`changed(type_name)` is called whenever what a template may use has changed."""

    def __init__(self, clients: Clients, function_timeout: int, changed: Callable[[str], None]) -> None:
        self._clients = clients
        self._function_timeout = function_timeout
        self._changed = changed
        self._types: dict[tuple[Scope, str], RegisteredType] = {}
        self._registrations: dict[tuple[Scope, str], Registration] = {}
        self._by_client_token: dict[tuple[Scope, str], str] = {}
        self._lock = threading.RLock()

    # --- looking up ---------------------------------------------------------------------------------------------

    def types(self, scope: Scope) -> list[RegisteredType]:
        return [found for (where, _), found in sorted(self._types.items(), key=_by_name) if where == scope]

    def find(self, scope: Scope, type_name: str) -> RegisteredType:
        found = self._types.get((scope, type_name))
        if found is None:
            raise RegistryError("TypeNotFoundException", f"The type {type_name} cannot be found.")
        return found

    def version(self, scope: Scope, type_name: str, version_id: str | None) -> Version:
        """A version by its id; without one, the default version."""
        found = self.find(scope, type_name)
        version = found.versions.get(version_id or found.default_id)
        if version is None:
            raise RegistryError("TypeNotFoundException", f"The type {type_name} has no version {version_id}.")
        return version

    def version_by_arn(self, scope: Scope, arn: str) -> tuple[Version, bool]:
        """A version by its ARN or its type's; the second value says whether the ARN named the version."""
        for found in self.types(scope):
            if arn == found.arn:
                return found.default, False
            for version in found.versions.values():
                if arn == version.arn:
                    return version, True
        raise RegistryError("TypeNotFoundException", f"The type {arn} cannot be found.")

    def anywhere(self, type_name: str) -> list[RegisteredType]:
        return [found for (_, name), found in self._types.items() if name == type_name]

    def registration(self, scope: Scope, token: str) -> Registration:
        found = self._registrations.get((scope, token))
        if found is None:
            raise RegistryError("CFNRegistryException", f"There is no registration with the token {token}.")
        return found

    def registrations(self, scope: Scope) -> list[Registration]:
        return [found for (where, _), found in self._registrations.items() if where == scope]

    # --- changing -----------------------------------------------------------------------------------------------

    def register(self, scope: Scope, request: Request) -> Registration:
        """A bad request is an error at once; a bad package is a registration that failed."""
        problem = packages.name_problem(request.type_name)
        if problem:
            raise RegistryError("CFNRegistryException", problem)
        with self._lock:
            known = self._by_client_token.get((scope, request.client_token or ""))
            if known:
                return self._registrations[scope, known]
            existing = self._types.get((scope, request.type_name))
            if existing and len(existing.live) >= QUOTA:
                raise RegistryError(
                    "CFNRegistryException",
                    f"The type {request.type_name} has {QUOTA} versions, which is the quota: deregister one first.",
                )
            registration = Registration(
                str(uuid.uuid4()), request.type_name, type_arn(scope, request.type_name), "COMPLETE", ""
            )
            try:
                package = packages.read(self._fetch(scope, request.package_url), request.type_name)
                registration.version = self._add(scope, request, package)
                registration.description = "Deployment is currently in DEPLOY_STAGE of status COMPLETED; "
            except PackageError as error:
                registration.status, registration.description = "FAILED", str(error)
                logger.warning("Registration of %s failed: %s", request.type_name, error)
            self._registrations[scope, registration.token] = registration
            if request.client_token:
                self._by_client_token[scope, request.client_token] = registration.token
        self._changed(request.type_name)
        return registration

    def set_default(self, version: Version) -> None:
        with self._lock:
            if version.deprecated:
                raise RegistryError(
                    "CFNRegistryException", f"Version {version.id} of {version.type_name} is deregistered."
                )
            self.find(version.scope, version.type_name).default_id = version.id
        self._changed(version.type_name)

    def deregister(self, scope: Scope, type_name: str, version_id: str | None) -> None:
        """A version; without an id the whole type, which then may have no more than one version left."""
        with self._lock:
            found = self.find(scope, type_name)
            version = self.version(scope, type_name, version_id)
            if version.deprecated:
                return
            if len(found.live) > 1 and version_id is None:
                raise RegistryError(
                    "CFNRegistryException",
                    f"The type {type_name} has {len(found.live)} versions: deregister them one by one.",
                )
            if len(found.live) > 1 and version.id == found.default_id:
                raise RegistryError(
                    "CFNRegistryException",
                    f"Version {version.id} is the default version of {type_name} and not its only one: "
                    "make another version the default first.",
                )
            version.deprecated = True
            if not found.live:
                del self._types[scope, type_name]
        self._clients.get("lambda", scope).delete_function(FunctionName=version.function)
        self._changed(type_name)

    # --- in detail ----------------------------------------------------------------------------------------------

    def _fetch(self, scope: Scope, url: str) -> bytes:
        if not url.startswith("s3://") or "/" not in url[5:]:
            raise PackageError(f"SchemaHandlerPackage is no s3:// address of an object: {url}")
        bucket, key = url[5:].split("/", 1)
        s3 = self._clients.get("s3", scope)
        try:
            content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except s3.exceptions.ClientError as error:
            raise PackageError(f"The package {url} cannot be read: {error}") from error
        return content

    def _add(self, scope: Scope, request: Request, package: Package) -> Version:
        arn = type_arn(scope, request.type_name)
        known = self._types.get((scope, request.type_name))
        found = known or RegisteredType(request.type_name, arn, now(), "00000001")
        number = found.last_number + 1
        version_id = f"{number:08d}"
        function = self._create_function(scope, request.type_name, version_id, package)
        version = Version(
            scope,
            request.type_name,
            version_id,
            f"{arn}/{version_id}",
            package,
            function,
            request.role_arn,
            request.logging,
            now(),
        )
        found.last_number = number
        found.versions[version_id] = version
        self._types[scope, request.type_name] = found
        return version

    def _create_function(self, scope: Scope, type_name: str, version_id: str, package: Package) -> str:
        name = f"{type_name.replace('::', '-')}-{version_id}"
        if len(name) > 64:
            name = f"type-{hashlib.sha256(type_name.encode()).hexdigest()[:16]}-{version_id}"
        client = self._clients.get("lambda", scope)
        arguments: dict[str, Any] = {
            "FunctionName": name,
            "Runtime": package.runtime,
            "Handler": package.entrypoint,
            "Role": f"arn:aws:iam::{scope.account}:role/type-without-rights",
            "Code": {"ZipFile": package.code},
            "Timeout": self._function_timeout,
            "MemorySize": 256,
            "Environment": {"Variables": service_endpoints()},
        }
        try:
            client.create_function(**arguments)
        except client.exceptions.ResourceConflictException:
            # a type that was deregistered and registered again starts over at version 1
            client.delete_function(FunctionName=name)
            client.create_function(**arguments)
        except client.exceptions.ClientError as error:
            raise PackageError(f"Lambda does not take the handler code: {error}") from error
        return name


def _by_name(entry: tuple[tuple[Scope, str], RegisteredType]) -> str:
    return entry[0][1]
