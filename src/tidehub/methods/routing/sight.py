"""What can be seen over the water: triangular expansion, for many eyes at once (arrays) or for one (plain
floats).

From the eye a cone of sight is pushed through one side of a triangle after another; at each new vertex it is
narrowed or split, so that only triangles in sight are visited. Every test is the sign of a whole number below
2**53, hence exact. A vertex exactly behind another one is not reported: the way to it runs over the nearer
one and is as long.

Source: Bungiu, Hemmer, Hershberger, Huang, Kröller 2014, "Efficient computation of visibility polygons",
arXiv 1403.3905 (triangular expansion).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidehub.methods.routing.mesh import Mesh

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Cones(NamedTuple):
    """Cones of sight about to cross half-edges; limits are directions from the eye.

    ``open_right``/``open_left``: that limit is a mere direction, not a vertex, so a vertex exactly on it is
    seen.
    """

    eye: Ints
    half_edge: Ints
    right: Array
    left: Array
    open_right: Bools
    open_left: Bools


class Seen(NamedTuple):
    """Corners in sight: pairs of the number of the eye and the corner, sorted, without repeats."""

    eye: Ints
    corner: Ints


class Visits(NamedTuple):
    """Triangles looked into, with the limits of sight on entering: for spotting things inside them."""

    eye: Ints
    triangle: Ints
    right: Array
    left: Array


def look(
    mesh: Mesh, eyes: Array, cones: Cones, seen: list[tuple[Ints, Ints]], *, watch: Bools | None = None
) -> tuple[Seen, Visits]:
    """Push all cones to the shore, breadth first: one array step crosses one more triangle for every cone.

    Parameters
    ----------
    eyes
        Grid points, shape ``(n, 2)``.
    cones
        Where to begin.
    seen
        Pairs (eye, corner) that are in sight to begin with.
    watch
        Triangles whose visits are wanted, shape ``(t,)``.
    """
    corner, apex_of, right_of, x, y = mesh.corner, mesh.apex, mesh.beyond_right, mesh.x, mesh.y
    eyes_x, eyes_y = np.ascontiguousarray(eyes.T)
    visits: list[Visits] = []
    eye, edge, right, left, open_right, open_left = cones
    rx, ry, lx, ly = (np.ascontiguousarray(column) for side in (right, left) for column in side.T)
    inward = np.flatnonzero(apex_of[edge] >= 0)
    eye, edge, rx, ry, lx, ly = (column[inward] for column in (eye, edge, rx, ry, lx, ly))
    open_right, open_left = open_right[inward], open_left[inward]
    while len(eye):
        apex = apex_of[edge]
        if watch is not None:
            at = np.flatnonzero(watch[apex // 3])
            limits = np.column_stack([rx[at], ry[at]]), np.column_stack([lx[at], ly[at]])
            visits.append(Visits(eye[at], apex[at] // 3, *limits))
        px, py = x[apex] - eyes_x[eye], y[apex] - eyes_y[eye]
        of_right, of_left = rx * py - ry * px, lx * py - ly * px
        past_right, past_left = of_right > 0.0, of_left < 0.0  # strictly inside that limit
        on_right, on_left = (of_right == 0.0) & open_right, (of_left == 0.0) & open_left
        both = past_right & past_left
        at = np.flatnonzero(both | (on_right & past_left) | (on_left & past_right))
        seen.append((eye[at], corner[apex[at]]))
        cut_right, cut_left = both | on_right, both | on_left
        beyond = right_of[edge]
        a = np.flatnonzero(past_right & (apex_of[beyond] >= 0))
        b = np.flatnonzero(past_left & (apex_of[apex] >= 0))
        cut_a, cut_b = cut_left[a], cut_right[b]
        eye, edge, rx, ry, lx, ly, open_right, open_left = (
            np.concatenate([eye[a], eye[b]]),
            np.concatenate([beyond[a], apex[b]]),
            np.concatenate([rx[a], np.where(cut_b, px[b], rx[b])]),
            np.concatenate([ry[a], np.where(cut_b, py[b], ry[b])]),
            np.concatenate([np.where(cut_a, px[a], lx[a]), lx[b]]),
            np.concatenate([np.where(cut_a, py[a], ly[a]), ly[b]]),
            np.concatenate([open_right[a], open_right[b] & ~cut_b]),
            np.concatenate([open_left[a] & ~cut_a, open_left[b]]),
        )
    return _sorted_seen(mesh, seen), _joined(visits)


def _sorted_seen(mesh: Mesh, seen: list[tuple[Ints, Ints]]) -> Seen:
    count = len(mesh.corner_vertex)
    if not seen:
        return Seen(np.empty(0, np.int64), np.empty(0, np.int64))
    keys = np.sort(np.concatenate([eye * count + corner for eye, corner in seen]))
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    return Seen(keys // count, keys % count)


def _joined(visits: list[Visits]) -> Visits:
    if not visits:
        return Visits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2)), np.empty((0, 2)))
    return Visits(*(np.concatenate(column) for column in zip(*visits, strict=True)))


def cones_of_points(mesh: Mesh, eyes: Array, triangles: Ints) -> tuple[Cones, list[tuple[Ints, Ints]]]:
    """Cones all round from points inside the given triangles, on their sides or at their vertices."""
    eye = np.tile(np.arange(len(eyes)), 3)
    half_edge = np.concatenate([3 * triangles + i for i in range(3)])
    turn = _turn_of_edges(mesh, eyes[eye], half_edge)
    on = turn == 0.0
    lies_on = np.bincount(eye[on], minlength=len(eyes))
    single = on & (lies_on[eye] == 1)  # on one side: the triangle beyond is looked into as well
    over = mesh.twin[half_edge[single]]
    into, who = over[over >= 0], eye[single][over >= 0]
    extra: list[tuple[Ints, Ints]] = [(who, into - into % 3 + (into + i) % 3) for i in (1, 2)]
    at_vertex = np.flatnonzero(lies_on == 2)
    for one in at_vertex.tolist():  # at a vertex: the whole fan of that corner
        fan = _fan(mesh, _half_edge_from(mesh, eyes[one], int(triangles[one])))
        extra.append((np.full(len(fan), one), fan))
    keep = ~on & (lies_on[eye] < 2)
    eye = np.concatenate([eye[keep], *(e for e, _ in extra)])
    half_edge = np.concatenate([half_edge[keep], *(h for _, h in extra)])
    after = half_edge - half_edge % 3 + (half_edge + 1) % 3
    right, left = mesh.xy[mesh.vertex[half_edge]] - eyes[eye], mesh.xy[mesh.vertex[after]] - eyes[eye]
    closed = np.zeros(len(eye), dtype=bool)
    seen = [(eye, mesh.corner[half_edge]), (eye, mesh.corner[after])]
    seen.extend(
        (np.array([one]), mesh.corner[[_half_edge_from(mesh, eyes[one], int(triangles[one]))]])
        for one in at_vertex.tolist()
    )
    return Cones(eye, half_edge, right, left, closed, closed), seen


def _turn_of_edges(mesh: Mesh, eyes: Array, half_edge: Ints) -> Array:
    after = half_edge - half_edge % 3 + (half_edge + 1) % 3
    a, b = mesh.xy[mesh.vertex[half_edge]] - eyes, mesh.xy[mesh.vertex[after]] - eyes
    turn: Array = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return turn


def _half_edge_from(mesh: Mesh, point: Array, triangle: int) -> int:
    for h in range(3 * triangle, 3 * triangle + 3):
        if (mesh.xy[mesh.vertex[h]] == point).all():
            return h
    raise AssertionError("the point is no vertex of its triangle")


def _fan(mesh: Mesh, half_edge: int) -> Ints:
    """Far sides of the triangles around the corner at which a half-edge begins."""
    at = int(mesh.corner_first_edge[mesh.corner[half_edge]])
    fan = []
    while at >= 0:
        base = at - at % 3
        fan.append(base + (at + 1) % 3)
        at = int(mesh.twin[base + (at + 2) % 3])
    return np.array(fan)


def tangent_cones(mesh: Mesh, corners: Ints) -> tuple[Cones, list[tuple[Ints, Ints]]]:
    """Cones of the directions in which a taut way can leave reflex corners; eye ``2 i + side`` for
    ``corners[i]``.

    A taut way bends around the land at the corner, so that it leaves along a line with the land on one side:
    side 0 lies between the shore at the clockwise end and the continuation of the other shore, side 1 is its
    mirror.
    """
    v = mesh.xy[mesh.corner_vertex[corners]]
    first, last = mesh.xy[mesh.corner_first[corners]] - v, mesh.xy[mesh.corner_last[corners]] - v
    number, at = np.arange(len(corners)), mesh.corner_first_edge[corners]
    columns: list[Cones] = []
    seen: list[tuple[Ints, Ints]] = []
    while len(at):
        base = at - at % 3
        far, back = base + (at + 1) % 3, base + (at + 2) % 3
        a, b = mesh.xy[mesh.vertex[far]] - v[number], mesh.xy[mesh.vertex[back]] - v[number]
        for side, limit in ((0, -last[number]), (1, -first[number])):
            a_of, b_of = _cross(a, limit), _cross(b, limit)
            if side == 0:
                go, a_in, b_in = a_of > 0.0, np.ones(len(at), dtype=bool), b_of >= 0.0
            else:
                go, a_in, b_in = b_of < 0.0, a_of <= 0.0, np.ones(len(at), dtype=bool)
            eye = 2 * number[go] + side
            a_in, b_in, limit = a_in[go], b_in[go], limit[go]
            right = np.where(a_in[:, None], a[go], limit)
            left = np.where(b_in[:, None], b[go], limit)
            columns.append(Cones(eye, far[go], right, left, ~a_in, ~b_in))
            seen.append((eye[a_in], mesh.corner[far[go][a_in]]))
            seen.append((eye[b_in], mesh.corner[back[go][b_in]]))
        turned = mesh.twin[back]
        at, number = turned[turned >= 0], number[turned >= 0]
    return Cones(*(np.concatenate(column) for column in zip(*columns, strict=True))), seen


def _cross(a: Array, b: Array) -> Array:
    result: Array = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def tangent_side(mesh: Mesh, corners: Ints, toward: Array) -> Ints:
    """On which side a line from reflex corners towards points touches the land there: 0, 1, or -1 when it
    does not.
    """
    v = mesh.xy[mesh.corner_vertex[corners]]
    d = toward - v
    of_first = _cross(d, mesh.xy[mesh.corner_first[corners]] - v)
    of_last = _cross(d, mesh.xy[mesh.corner_last[corners]] - v)
    side = np.where((of_first <= 0.0) & (of_last <= 0.0), 0, np.where((of_first >= 0.0) & (of_last >= 0.0), 1, -1))
    return np.where(mesh.reflex[corners], side, -1)
