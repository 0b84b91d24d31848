"""A registered type in templates: what CloudFormation's engine calls, turned into operations on the handlers."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from . import ministack_internals as ministack
from . import paths
from .driver import Cancelled, Driver, HandlerFailure, Operation
from .registry import Registry, Version
from .type_schema import Model, TypeSchema, invalid_properties

logger = logging.getLogger("local_aws.template_types")


class TemplateTypes:
    """Keeps the engine's tables in step with the registry."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.registry: Registry | None = None

    def changed(self, type_name: str) -> None:
        """A type came, went, or has another default version."""
        assert self.registry is not None
        known = self.registry.anywhere(type_name)
        if known:
            ministack.add_type(
                type_name, _resource_type(_Type(type_name, self.registry, self.driver), known[-1].default)
            )
        else:
            ministack.remove_type(type_name)


def _resource_type(type_: _Type, version: Version) -> ministack.ResourceType:
    schema = version.package.schema
    always = tuple(path[0] for path in schema.create_only if len(path) == 1)
    nested = [path[0] for path in schema.create_only if len(path) > 1]
    sometimes = tuple([*nested, *(path[0] for path in schema.conditional_create_only)])
    if not schema.handles("UPDATE"):
        always = tuple(schema.properties)
    hidden = {path[0] for path in [*schema.read_only, *schema.write_only] if len(path) == 1}
    return ministack.ResourceType(
        create=type_.create,
        update=type_.update,
        delete=type_.delete,
        replaces=type_.replaces,
        usable=type_.usable,
        import_keys=tuple(path[-1] for path in schema.primary),
        import_problem=type_.import_problem,
        import_resource=type_.import_resource,
        before_import=type_.before_import,
        read=type_.read_for_drift,
        readable=frozenset(schema.properties) - hidden,
        attributes=frozenset(
            ".".join(path[:length])
            for path in schema.read_only
            for length in range(1, len(path) + 1)
            if "*" not in path[:length]
        ),
        always_replaced=always,
        sometimes_replaced=sometimes,
    )


class _Type:
    """One type's part in the engine. Which version works is looked up anew for each operation."""

    def __init__(self, name: str, registry: Registry, driver: Driver) -> None:
        self.name = name
        self.registry = registry
        self.driver = driver
        self.found: dict[str, Model | None] = {}

    def version(self) -> Version:
        return self.registry.version(ministack.scope(), self.name, None)

    def usable(self) -> bool:
        return any(found.name == self.name for found in self.registry.types(ministack.scope()))

    # --- create, update, delete ---------------------------------------------------------------------------------

    def create(self, logical_id: str, properties: Model, stack_name: str) -> tuple[str, Model]:
        version = self.version()
        desired = validated(version.package.schema, properties, logical_id)
        shown: list[str] = []

        def show(_event: Model | None, identifier: str | None) -> None:
            """An event as soon as the identifier is known. What the handler says meanwhile is in its log alone."""
            if identifier and not shown:
                shown.append(identifier)
                ministack.add_event(
                    stack_name, logical_id, self.name, _status(stack_name), "Resource creation Initiated", identifier
                )

        operation = _operation("CREATE", desired, desired, stack_name, logical_id, progress=show)
        try:
            model = self.driver.run(version, operation)
            physical_id = version.package.schema.identifier(model) or ""
            show(None, physical_id)
            attributes = self._read_back(version, physical_id, desired, stack_name, logical_id)
            if operation.cancelled():
                raise Cancelled(physical_id)
        except (HandlerFailure, Cancelled) as failure:
            reason = "Resource creation cancelled" if isinstance(failure, Cancelled) else str(failure)
            if failure.identifier:
                ministack.keep_failed(stack_name, logical_id, self.name, failure.identifier, properties, reason)
            raise ValueError(reason) from failure
        return physical_id, attributes

    def update(self, physical_id: str, old: Model, new: Model, stack_name: str, logical_id: str) -> tuple[str, Model]:
        version = self.version()
        schema = version.package.schema
        requested = validated(schema, new, logical_id)
        identity = schema.identifier_model(physical_id)
        operation = _operation(
            "UPDATE",
            _merged(requested, identity),
            _returnable(schema, requested, stack_name),
            stack_name,
            logical_id,
            identifier=physical_id,
            previous=_merged(schema.typed(old), identity),
        )
        try:
            self.driver.run(version, operation)
            if operation.cancelled():
                raise Cancelled(physical_id)
        except Cancelled as cancelled:
            raise ValueError("Resource update cancelled") from cancelled
        except HandlerFailure as failure:
            if failure.code != "NotUpdatable" or operation.rollback:
                raise
            ministack.add_event(
                stack_name, logical_id, self.name, "UPDATE_IN_PROGRESS", ministack.NEW_RESOURCE, physical_id
            )
            return self.create(logical_id, new, stack_name)
        return physical_id, self._read_back(version, physical_id, operation.requested, stack_name, logical_id)

    def delete(self, physical_id: str, properties: Model, logical_id: str) -> None:
        version = self.version()
        stack_name = ministack.deleting_stack() or ministack.stack_holding(physical_id, self.name)
        # what the template says and the identifier: no other read-only property, whatever the handlers answered
        schema = version.package.schema
        desired = _merged(schema.typed(properties), schema.identifier_model(physical_id))
        operation = _operation("DELETE", desired, {}, stack_name, logical_id, identifier=physical_id)
        try:
            self.driver.run(version, operation)
        except HandlerFailure as failure:
            if failure.code != "NotFound":
                raise

    def replaces(self, old: Model, new: Model) -> bool:
        schema = self.version().package.schema
        return bool(schema.differing(schema.create_only, old, new)) or not (
            schema.handles("UPDATE") or schema.same(old, new)
        )

    def _read_back(
        self, version: Version, physical_id: str, requested: Model, stack_name: str, logical_id: str
    ) -> Model:
        """After SUCCESS a READ must find the resource as asked for; its model gives the attributes."""
        model = self.driver.read(version, physical_id, logical_id, _stack_id(stack_name))
        schema = version.package.schema
        problem = None
        if model is None:
            problem = "read-after-success: READ answers NotFound right after SUCCESS"
        elif schema.missing_from(requested, model):
            missing = ", ".join(schema.missing_from(requested, model))
            problem = f"read-equals-input: READ returns every requested property; missing or different: {missing}"
        if model is None or problem:
            raise HandlerFailure(
                "InternalFailure", f"The READ handler broke the contract: {problem}", str(uuid.uuid4()), physical_id
            )
        return attributes(schema, model)

    # --- drift and import ---------------------------------------------------------------------------------------

    def read_for_drift(self, physical_id: str, expected: Model) -> Model | None:
        version = self.version()
        model = self.driver.read(version, physical_id)
        if model is None:
            return None
        schema = version.package.schema
        shown = paths.without(model, schema.read_only)
        for path in schema.write_only:
            # a nested write-only value cannot drift: nobody can read it
            if len(path) > 1 and path[0] in expected and path[0] in shown:
                shown[path[0]] = _with_unreadable(expected[path[0]], shown[path[0]], path[1:])
        changed = {path[0] for path in schema.differing([(key,) for key in shown], expected, shown)}
        # what means the same is shown as the template writes it, for instance "True" for true
        return {
            key: only_set(expected.get(key), value) if key in changed else expected[key] for key, value in shown.items()
        }

    def before_import(self, identifier: dict[str, str]) -> None:
        physical_id = self._physical_id(identifier)
        self.found[physical_id] = self.driver.read(self.version(), physical_id)

    def import_problem(self, *values: str) -> str | None:
        physical_id = "|".join(values)
        try:
            read = (
                self.found
                if physical_id in self.found
                else {physical_id: self.driver.read(self.version(), physical_id)}
            )
        except HandlerFailure as failure:
            return str(failure)
        if read[physical_id] is not None:
            return None
        self.found.pop(physical_id, None)
        return f"Resource of type '{self.name}' with identifier '{physical_id}' was not found."

    def import_resource(self, identifier: dict[str, str]) -> tuple[str, Model]:
        physical_id = self._physical_id(identifier)
        model = self.found.pop(physical_id, None)
        return physical_id, attributes(self.version().package.schema, model or {})

    def _physical_id(self, identifier: dict[str, str]) -> str:
        return "|".join(identifier[path[-1]] for path in self.version().package.schema.primary)


def validated(schema: TypeSchema, properties: Model, logical_id: str) -> Model:
    """The template's properties in the schema's types; CloudFormation refuses a bad model before any handler.

    A ValueError holds the reason that the stack event shows.
    """
    model = schema.typed(properties)
    read_only = schema.read_only_in(model)
    if read_only:
        problem = f"Encountered readonly properties in the model: [{', '.join(read_only)}]"
        raise HandlerFailure("InvalidRequest", problem, str(uuid.uuid4()))
    problems = schema.problems_of_input(model)
    if problems:
        raise invalid_properties(logical_id, problems)
    return model


def _operation(
    action: str,
    desired: Model,
    requested: Model,
    stack_name: str,
    logical_id: str,
    identifier: str | None = None,
    previous: Model | None = None,
    progress: Callable[[Model, str | None], None] = lambda _event, _identifier: None,
) -> Operation:
    stack = ministack.stack(stack_name)
    return Operation(
        action=action,
        desired=desired,
        requested=requested,
        previous=previous,
        identifier=identifier,
        stack_id=stack.get("StackId", ""),
        stack_name=stack_name,
        logical_id=logical_id,
        stack_tags={tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []},
        rollback="ROLLBACK" in stack.get("StackStatus", ""),
        progress=progress,
        # CancelUpdateStack; a delete goes on
        cancelled=lambda: action != "DELETE" and ministack.cancel_requested(stack_name),
    )


def _returnable(schema: TypeSchema, requested: Model, stack_name: str) -> Model:
    """What the answer must hold. In a rollback a conditional create-only property may be unable to go back."""
    if "ROLLBACK" not in ministack.stack(stack_name).get("StackStatus", ""):
        return requested
    kept: Model = paths.without(requested, schema.conditional_create_only)
    return kept


def _status(stack_name: str) -> str:
    """The status of a resource that is being made."""
    of_stack = ministack.stack(stack_name).get("StackStatus", "")
    return "UPDATE_IN_PROGRESS" if of_stack.startswith("UPDATE") else "CREATE_IN_PROGRESS"


def _stack_id(stack_name: str) -> str:
    return str(ministack.stack(stack_name).get("StackId", ""))


def _merged(model: Model, identity: Model) -> Model:
    merged = dict(model)
    for key, value in identity.items():
        inner = merged.get(key)
        merged[key] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def attributes(schema: TypeSchema, model: Model) -> Model:
    """What Fn::GetAtt finds: the read-only properties, nested ones by dot, objects on the way included."""
    found: Model = {}
    for path in schema.read_only:
        for length in range(1, len(path) + 1):
            values = paths.values(model, path[:length])
            if len(values) == 1 and "*" not in path[:length]:
                found[".".join(path[:length])] = _text(values[0])
        values = paths.values(model, path)
        if len(values) == 1 and isinstance(values[0], dict):
            for key, value in _leaves(values[0]):
                found[f"{'.'.join(path)}.{key}"] = _text(value)
    return found


def _leaves(model: Model) -> list[tuple[str, Any]]:
    found = []
    for key, value in model.items():
        found.append((key, value))
        if isinstance(value, dict):
            found += [(f"{key}.{inner}", leaf) for inner, leaf in _leaves(value)]
    return found


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def only_set(expected: Any, actual: Any) -> Any:
    """Drift is about what the template sets: members that the service added to an object are left out."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: only_set(expected[key], value) for key, value in actual.items() if key in expected}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        keys = {key for item in expected if isinstance(item, dict) for key in item}
        return [
            {key: value for key, value in item.items() if key in keys} if isinstance(item, dict) else item
            for item in actual
        ]
    return actual


def _with_unreadable(expected: Any, actual: Any, path: paths.Path) -> Any:
    if path[0] == "*" and isinstance(expected, list) and isinstance(actual, list):
        return [_with_unreadable(e, a, path[1:]) for e, a in zip(expected, actual, strict=False)]
    if not isinstance(expected, dict) or not isinstance(actual, dict) or path[0] not in expected:
        return actual
    if len(path) == 1:
        return {**actual, path[0]: expected[path[0]]}
    return {**actual, path[0]: _with_unreadable(expected[path[0]], actual.get(path[0]), path[1:])}
