"""What a fact carries: whether a path of attributes can lead to something in it."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

import msgspec

from tidehub.kernel.quantities import Quantity


def shapes_at(shape: Any, path: str) -> list[Any]:
    """Types that a dotted path can lead to from a type; empty where the path leads nowhere.

    Whatever is a mapping is open: beyond it any name may stand, and the answer is ``Any``.
    """
    found = [shape]
    for name in path.split("."):
        found = [after for before in found for after in _step(before, name)]
    return found


def member_shapes(shapes: list[Any]) -> list[Any]:
    """Types of the members of lists; ``Any`` where nothing is known of them."""
    members = []
    for shape in shapes:
        if shape is Any:
            members.append(Any)
        elif get_origin(shape) in (tuple, list, frozenset, set):
            members += [one for one in get_args(shape) if one is not Ellipsis]
    return [one for member in members for one in _alternatives(member)]


def is_whole(shapes: list[Any]) -> bool:
    """Whether a value of these types can be added up as an integer."""
    return any(shape is Any or shape is int for shape in shapes)


def is_quantity(shapes: list[Any]) -> bool:
    """Whether it is a quantity, which can be read as grams."""
    return any(shape is Any or shape is Quantity for shape in shapes)


def _alternatives(shape: Any) -> list[Any]:
    if get_origin(shape) in (Union, types.UnionType):
        return [one for part in get_args(shape) if part is not type(None) for one in _alternatives(part)]
    return [shape]


def _step(shape: Any, name: str) -> list[Any]:
    if shape is Any or shape is dict or get_origin(shape) is dict:
        return [Any]
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        for field in msgspec.structs.fields(shape):
            if field.name == name:
                return _alternatives(field.type)
    if isinstance(shape, type) and isinstance(getattr(shape, name, None), property):
        return [Any]
    if isinstance(shape, type) and name in getattr(shape, "__dataclass_fields__", {}):
        return [Any]
    if isinstance(shape, type) and name in getattr(shape, "_fields", ()):
        return [Any]
    return []
