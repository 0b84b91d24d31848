"""Paths into a model: the JSON pointers of a schema (`/properties/A/*/B`) and what can be done with them."""

from __future__ import annotations

from typing import Any

Path = tuple[str, ...]


def parse(pointer: str) -> Path:
    """`/properties/A/*/B` → `("A", "*", "B")`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.lstrip("#").lstrip("/").split("/")]
    if parts and parts[0] == "properties":
        parts = parts[1:]
    # `/properties/A/properties/B` and `/properties/A/items/B` are written too
    return tuple(part for i, part in enumerate(parts) if i == 0 or part not in ("properties", "items"))


def pointer(path: Path) -> str:
    return "/properties/" + "/".join(path)


def values(model: Any, path: Path) -> list[Any]:
    """Every value that the path reaches; none where a step is missing."""
    if not path:
        return [model]
    head, rest = path[0], path[1:]
    if isinstance(model, list):
        return [v for item in model for v in values(item, rest if head == "*" else path)]
    if isinstance(model, dict):
        if head == "*":
            return [v for item in model.values() for v in values(item, rest)]
        if head in model:
            return values(model[head], rest)
    return []


def without(model: Any, paths: list[Path]) -> Any:
    """A copy of the model in which none of the paths reaches anything."""
    if isinstance(model, list):
        inner = [p[1:] if p[0] == "*" else p for p in paths if p]
        return [without(item, [p for p in inner if p]) for item in model]
    if isinstance(model, dict):
        ends = {p[0] for p in paths if len(p) == 1}
        copy = {}
        for key, value in model.items():
            if key in ends or "*" in ends:
                continue
            copy[key] = without(value, [p[1:] for p in paths if len(p) > 1 and p[0] in (key, "*")])
        return copy
    return model


def nulls(model: Any, at: str = "") -> list[str]:
    """Where the model holds a null."""
    if model is None:
        return [at or "/"]
    if isinstance(model, dict):
        return [found for key, value in model.items() for found in nulls(value, f"{at}/{key}")]
    if isinstance(model, list):
        return [found for i, value in enumerate(model) for found in nulls(value, f"{at}/{i}")]
    return []
