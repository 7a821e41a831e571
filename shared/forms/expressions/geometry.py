"""Functions of places on the map: `area`, `distance`, `geofence`, `intersects`.

A place is ODK's text `latitude longitude altitude accuracy`, a line or an area several of them
with `;` between, an area closed. The earth is the sphere that all clients of ODK take. Lengths and
areas are given to two decimals: beyond, the C libraries of two machines may differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from shared.forms.expressions.functions import MANY, function, members
from shared.forms.expressions.values import NAN, NUMBER, Value, to_text
from shared.forms.expressions.world import Context, TooMuchWork

RADIUS_M = 6_378_100.0
POINTS_MAX = 20_000

Point: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees."""


def points_of(arguments: tuple[Value, ...]) -> list[Point] | None:
    """The places that some answers hold, in their order; None when one of them is no place."""
    found: list[Point] = []
    for value in members(arguments):
        text = to_text(value).strip().rstrip(";")
        for part in text.split(";"):
            point = point_of(part)
            if point is None:
                return None
            found.append(point)
            if len(found) > POINTS_MAX:
                raise TooMuchWork
    return found


def point_of(text: str) -> Point | None:
    """One place from its text, or None."""
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(map(NUMBER.fullmatch, parts)):
        return None
    latitude, longitude = float(parts[0]), float(parts[1])
    if not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        return None
    return latitude, longitude


def answered(arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """Of a list of places, those that are answered: rows not filled in yet do not count."""
    if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)):
        return tuple(value for value in members(arguments) if to_text(value))
    return arguments


def length_m(one: Point, other: Point) -> float:
    """The way between two places along the sphere, in metres."""
    north, south = math.radians(one[0]), math.radians(other[0])
    turn = math.radians(one[1] - other[1])
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(turn / 2) ** 2
    return 2 * RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def rounded(number: float) -> Decimal:
    """Metres or square metres to two decimals."""
    return Decimal(f"{number:.2f}")


@function("distance", 1, MANY)
def _distance(context: Context, *arguments: Value) -> Value:
    """The length in metres along all places."""
    points = points_of(answered(arguments))
    if points is None:
        return NAN
    context.spend(len(points))
    return rounded(sum(map(length_m, points, points[1:])))


@function("enclosed-area", 1)
@function("area", 1)
def _area(context: Context, places: Value) -> Value:
    """The area in square metres that the places enclose on the sphere."""
    points = points_of(answered((places,)))
    if points is None:
        return NAN
    if len(points) < 3:
        return Decimal(0)
    context.spend(len(points))
    total = sum(
        math.radians(there[1] - here[1])
        * (2 + math.sin(math.radians(here[0])) + math.sin(math.radians(there[0])))
        for here, there in pairwise([*points, points[0]])
    )
    return rounded(abs(total * RADIUS_M * RADIUS_M / 2))


@function("geofence", 2)
def _geofence(context: Context, place: Value, fence: Value) -> Value:
    """Whether a place lies inside an area."""
    point = point_of(to_text(place))
    corners = points_of((fence,))
    if point is None or corners is None:
        return False
    context.spend(len(corners))
    return inside(point, corners)


def inside(point: Point, corners: Sequence[Point]) -> bool:
    """Whether a ray from the point to the east crosses the edges an odd number of times."""
    north, east = point
    found = False
    previous = corners[-1]
    for corner in corners:
        if (corner[0] > north) != (previous[0] > north):
            share = (north - corner[0]) / (previous[0] - corner[0])
            if east < (previous[1] - corner[1]) * share + corner[1]:
                found = not found
        previous = corner
    return found


@function("intersects", 1)
def _intersects(context: Context, places: Value) -> Value:
    """Whether a line or the edge of an area crosses itself."""
    points = points_of((places,))
    if points is None:
        return False
    points = [one for index, one in enumerate(points) if index == 0 or one != points[index - 1]]
    edges = list(pairwise(points))
    closed = len(points) > 2 and points[0] == points[-1]
    order = sorted(range(len(edges)), key=lambda index: min(edges[index][0][1], edges[index][1][1]))
    active: list[int] = []
    for index in order:
        west = min(edges[index][0][1], edges[index][1][1])
        active = [one for one in active if max(edges[one][0][1], edges[one][1][1]) >= west]
        context.spend(len(active))
        for other in active:
            near = abs(index - other) == 1 or (closed and abs(index - other) == len(edges) - 1)
            if crosses(edges[index], edges[other], joined=near):
                return True
        active.append(index)
    return False


def crosses(one: tuple[Point, Point], other: tuple[Point, Point], *, joined: bool) -> bool:
    """Whether two edges have a point in common; joined ones, one beside their common end."""
    (a, b), (c, d) = one, other
    if joined:
        # They meet at one end anyway: only edges that lie on each other cross.
        common, first, second = (b, a, d) if b == c else (a, b, c) if a == d else (a, b, d)
        if turn(common, first, second) != 0:
            return False
        ahead = (first[0] - common[0]) * (second[0] - common[0])
        return ahead + (first[1] - common[1]) * (second[1] - common[1]) > 0
    sides = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    return any(
        side == 0 and between(ends, point)
        for side, ends, point in zip(sides, (one, one, other, other), (c, d, a, b), strict=True)
    )


def turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 when the way from a over b to c turns left, below 0 right, 0 straight."""
    return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])


def between(ends: tuple[Point, Point], point: Point) -> bool:
    """Whether a point on the line through two ends lies between them."""
    return all(
        min(ends[0][axis], ends[1][axis]) <= point[axis] <= max(ends[0][axis], ends[1][axis])
        for axis in (0, 1)
    )
