"""The grid under the searches, compiled by numba: built at once for all drivers, asked cell by cell.

The globe is cut into strips of latitude and each strip into columns of about the same width in metres, so that neither the
antimeridian nor a pole is special. Drivers lie sorted by the cell they are in; a cell is found by hashing, neighbours in a
strip beside each other. Importing this module compiles it, which takes a while the first time and is then kept on disk.

What the functions share: ``packed`` (n, 5) are unit vector, latitude and longitude of the drivers in cell order, ``cells``
(n, 2) their cells and their rows in the position store, ``starts`` the first driver of each bucket. Rows that are
found are left in ``out``, in the grid's order, and counted.
"""

import math

import numpy as np
from numba import njit

from core.domain.geo import EARTH_RADIUS_M

STRIP_DEG = 0.005
STRIPS = 36_000
WIDEST = 72_000
"""Columns at the equator."""
WHOLE_DEG = 20.0
"""A circle wider than this, or one of more cells than there are drivers, looks at everyone."""

_SPREAD = 2_654_435_761
_BAND = 4e-15
"""Where the haversine of the angle is this near to the limit the formula of `core.domain.geo` decides: far above the
rounding of the quick look by unit vectors, and less than a millimetre for a circle of kilometres."""

_DIGIT_BITS = 10
_DIGITS = 1 << _DIGIT_BITS

_GRID = "f8[:,::1], i8[:,::1], i4[::1]"


@njit("i8(f8)", cache=True)
def strip_of(lat):
    return min(max(math.floor((lat + 90.0) / STRIP_DEG), 0), STRIPS - 1)


@njit("i8(i8)", cache=True)
def columns_in(strip):
    """By the edge of the strip that is nearer to the equator."""
    south = strip * STRIP_DEG - 90.0
    nearest = 0.0 if south < 0.0 < south + STRIP_DEG else min(abs(south), abs(south + STRIP_DEG))
    return max(1, int(WIDEST * math.cos(math.radians(nearest))))


@njit("i8(f8, i8)", cache=True)
def column_of(lon, columns):
    """Counted on past the antimeridian, in either direction."""
    return math.floor((lon + 180.0) / 360.0 * columns)


@njit("Tuple((f8[:,::1], i8[:,::1], i4[::1], f8))(f8[::1], f8[::1], f8[:,:])", cache=True)
def build(lat, lon, xyz):
    """The grid of those who have a place, and how many are in a cell that is not empty, on average."""
    n = 0
    for row in range(len(lat)):
        n += lat[row] == lat[row]
    buckets = 16
    while buckets < n // 2:
        buckets *= 2
    columns = np.zeros(STRIPS, np.int32)
    starts = np.zeros(buckets + 1, np.int32)
    cell = np.empty(len(lat), np.int64)
    for row in range(len(lat)):
        if lat[row] == lat[row]:
            strip = strip_of(lat[row])
            if columns[strip] == 0:
                columns[strip] = columns_in(strip)
            cell[row] = strip * WIDEST + column_of(lon[row], columns[strip]) % columns[strip]
            starts[((strip * _SPREAD + cell[row] % WIDEST) & (buckets - 1)) + 1] += 1
    used = 0
    for bucket in range(buckets):
        used += starts[bucket + 1] > 0
        starts[bucket + 1] += starts[bucket]
    following = starts.copy()
    packed, cells = np.empty((n, 5)), np.empty((n, 2), np.int64)
    for row in range(len(lat)):
        if lat[row] == lat[row]:
            bucket = (cell[row] // WIDEST * _SPREAD + cell[row] % WIDEST) & (buckets - 1)
            at = following[bucket]
            following[bucket] += 1
            packed[at, 0], packed[at, 1], packed[at, 2] = xyz[0, row], xyz[1, row], xyz[2, row]
            packed[at, 3], packed[at, 4] = lat[row], lon[row]
            cells[at, 0], cells[at, 1] = cell[row], row
    return packed, cells, starts, n / max(1, used)


@njit("f8(f8, f8, f8, f8)", cache=True)
def metres(lat_a, lon_a, lat_b, lon_b):
    """`core.domain.geo.distance_m`."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    half_lat, half_lon = math.sin((b - a) / 2), math.sin(math.radians(lon_b - lon_a) / 2)
    h = half_lat * half_lat + math.cos(a) * math.cos(b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


@njit(f"i8({_GRID}, i8, i8, i8, i8, i8, UniTuple(f8, 5), f8, f8, i8[::1])", cache=True)
def _near(packed, cells, starts, first, last, low, high, n, at, limit, radius_m, out):
    """Of the drivers ``first`` to ``last``, those near enough whose cells are ``low`` to ``high``."""
    band = _BAND
    for i in range(first, last):
        x, y, z = packed[i, 0] - at[0], packed[i, 1] - at[1], packed[i, 2] - at[2]
        h = 0.25 * (x * x + y * y + z * z)
        near = h <= limit
        if abs(h - limit) <= band:
            near = metres(at[3], at[4], packed[i, 3], packed[i, 4]) <= radius_m
        out[n] = cells[i, 1]
        n += near & (cells[i, 0] >= low) & (cells[i, 0] <= high)
    return n


@njit(f"i8({_GRID}, i8, f8, f8, i8, i8, UniTuple(f8, 5), f8, f8, i8[::1])", cache=True)
def _near_in_arc(packed, cells, starts, strip, west, east, mask, n, at, limit, radius_m, out):
    columns = columns_in(strip)
    column, last = column_of(west, columns), column_of(east, columns)
    last = min(last, column + columns - 1)
    while column <= last:
        begin = column % columns
        # As far as neither the strip nor the buckets begin anew.
        bucket = (strip * _SPREAD + begin) & mask
        run = min(last - column, columns - 1 - begin, mask - bucket)
        low = strip * WIDEST + begin
        first, end = starts[bucket], starts[bucket + run + 1]
        n = _near(packed, cells, starts, first, end, low, low + run, n, at, limit, radius_m, out)
        column += run + 1
    return n


@njit("UniTuple(f8, 5)(f8, f8)", cache=True)
def place(lat, lon):
    """Unit vector, latitude, longitude."""
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi), lat, lon


@njit(f"i8({_GRID}, f8, f8, f8, i8[::1])", cache=True)
def circle(packed, cells, starts, lat, lon, radius_m, out):
    """Everyone within the radius."""
    at = place(lat, lon)
    rho = radius_m / EARTH_RADIUS_M
    limit = math.sin(min(rho, math.pi) / 2) ** 2
    if rho >= math.pi:
        limit = 2.0
    wide = math.degrees(rho) + 1e-9
    south, north = strip_of(at[3] - wide), strip_of(at[3] + wide)
    if wide > WHOLE_DEG or (north - south + 1.0) ** 2 > len(cells) or abs(at[3]) + wide >= 90.0:
        return _near(packed, cells, starts, 0, len(cells), 0, STRIPS * WIDEST, 0, at, limit, radius_m, out)
    mask, n = len(starts) - 2, 0
    phi = math.radians(at[3])
    cos_phi = math.cos(phi)
    # The circle is widest where it touches a meridian.
    widest = math.degrees(math.asin(min(1.0, max(-1.0, math.sin(phi) / math.cos(rho)))))
    for strip in range(south, north + 1):
        edge = strip * STRIP_DEG - 90.0
        there = math.radians(min(max(widest, edge), edge + STRIP_DEG))
        q = (limit - math.sin((there - phi) / 2) ** 2) / (cos_phi * math.cos(there))
        half = 360.0 if q >= 1.0 else math.degrees(2 * math.asin(math.sqrt(max(0.0, q)))) + 1e-7
        n = _near_in_arc(packed, cells, starts, strip, at[4] - half, at[4] + half, mask, n, at, limit, radius_m, out)
    return n


@njit("void(i8[::1])", cache=True)
def ascending(rows):
    """Sort rows, none below zero, digit by digit: numpy's sort compares them, which takes many five times as long."""
    n, most = len(rows), 0
    for i in range(n):
        most |= rows[i]
    here, there = rows, np.empty(n, np.int64)
    shift = 0
    while most >> shift:
        starts = np.zeros(_DIGITS + 1, np.int64)
        for i in range(n):
            starts[(here[i] >> shift & (_DIGITS - 1)) + 1] += 1
        for digit in range(_DIGITS):
            starts[digit + 1] += starts[digit]
        for i in range(n):
            digit = here[i] >> shift & (_DIGITS - 1)
            there[starts[digit]] = here[i]
            starts[digit] += 1
        here, there = there, here
        shift += _DIGIT_BITS
    if shift // _DIGIT_BITS % 2:
        rows[:] = here


@njit("i8(i8, i8[::1], i1[::1], i8, i1[::1], i8)", cache=True)
def admitted(n, out, activity, activities, vehicle, vehicles):
    """Of the first ``n`` rows of ``out``, move those to the front whose activity and vehicle are among the bits."""
    kept = 0
    for i in range(n):
        row = out[i]
        out[kept] = row
        kept += (activities >> activity[row]) & (vehicles >> vehicle[row]) & 1
    return kept


@njit("void(f8[::1], i8[::1], i8, i8)", cache=True)
def _sift(far, row, i, n):
    """Let entry ``i`` of a heap sink to its place; the greatest is at 0, of equal ones the higher row."""
    while True:
        child = 2 * i + 1
        if child >= n:
            return
        if child + 1 < n and (far[child + 1] > far[child] or (far[child + 1] == far[child] and row[child + 1] > row[child])):
            child += 1
        if far[i] > far[child] or (far[i] == far[child] and row[i] > row[child]):
            return
        far[i], far[child] = far[child], far[i]
        row[i], row[child] = row[child], row[i]
        i = child


@njit("i8(i8, i8[::1], UniTuple(f8, 5), f8[:,:], f8[::1], f8[::1], i8, f8[::1], i8[::1])", cache=True)
def closest(n, out, at, xyz, lat, lon, k, far, row):
    """The ``k`` closest of the first ``n`` rows of ``out``: their metres in ``far`` and rows in ``row``, nearest first."""
    size = 0
    for i in range(n):
        r = out[i]
        x, y, z = xyz[0, r] - at[0], xyz[1, r] - at[1], xyz[2, r] - at[2]
        h = x * x + y * y + z * z
        if size < k:
            far[size], row[size] = h, r
            size += 1
            if size == k:
                for j in range(k // 2, -1, -1):
                    _sift(far, row, j, k)
        elif h < far[0] or (h == far[0] and r < row[0]):
            far[0], row[0] = h, r
            _sift(far, row, 0, k)
    for i in range(size):
        far[i] = metres(at[3], at[4], lat[row[i]], lon[row[i]])
    for j in range(size // 2, -1, -1):
        _sift(far, row, j, size)
    for end in range(size - 1, 0, -1):
        far[0], far[end] = far[end], far[0]
        row[0], row[end] = row[end], row[0]
        _sift(far, row, 0, end)
    return size


@njit(
    f"i8({_GRID}, f8, f8, f8, f8, i8, f8[:,:], f8[::1], f8[::1], i1[::1], i8, i1[::1], i8, i8[::1], f8[::1], i8[::1])",
    cache=True,
)
def nearest(
    packed,
    cells,
    starts,
    to_lat,
    to_lon,
    max_m,
    per_cell,
    k,
    xyz,
    lat,
    lon,
    activity,
    activities,
    vehicle,
    vehicles,
    out,
    far,
    row,
):
    """The ``k`` nearest within ``max_m``: in a circle that should hold them, or in a wider one."""
    metres_a_cell = math.radians(STRIP_DEG) * EARTH_RADIUS_M
    radius_m = min(max_m, metres_a_cell * math.sqrt(2.0 * k / (math.pi * max(per_cell, 1e-9))))
    everything = math.pi * EARTH_RADIUS_M
    while True:
        if (2 * radius_m / metres_a_cell + 2) ** 2 > len(cells):
            radius_m = max_m
        n = circle(packed, cells, starts, to_lat, to_lon, radius_m, out)
        n = admitted(n, out, activity, activities, vehicle, vehicles)
        if n >= k or radius_m >= max_m or radius_m >= everything:
            return closest(n, out, place(to_lat, to_lon), xyz, lat, lon, k, far, row)
        radius_m = min(max_m, radius_m * min(4.0, max(1.5, math.sqrt(2.0 * k / max(1, n)))))


@njit("i8(f8, f8, i8, f8[:,::1], i4[::1], i4[::1])", cache=True)
def _inside(x, y, strip, edges, of_strip, begins):
    """1 inside an odd number of rings, 0 outside, -1 where rounding might decide."""
    odd = 0
    for j in range(begins[strip], begins[strip + 1]):
        e = of_strip[j]
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if y in (ay, by) and min(ax, bx) <= x <= max(ax, bx):
            return -1
        if (ay > y) != (by > y):
            left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
            if abs(left - right) <= 1e-15 * (abs(left) + abs(right)):
                return -1
            odd ^= (left > right) == (by > ay)
    return odd


@njit(f"UniTuple(i8, 2)({_GRID}, f8[:,::1], f8, i8[::1], i8[::1])", cache=True)
def polygon(packed, cells, starts, edges, west, out, unsure):
    """Everyone inside an odd number of rings, whose ``edges`` (e, 4) run from longitude and latitude to another, all from
    ``west`` to less than a turn east of it. Those on an edge, or too near to tell, are in ``unsure`` instead."""
    south, north = strip_of(edges[:, 1].min()), strip_of(edges[:, 1].max())
    count = north - south + 1
    begins = np.zeros(count + 1, np.int32)
    for e in range(len(edges)):
        for strip in range(
            strip_of(min(edges[e, 1], edges[e, 3])) - south, strip_of(max(edges[e, 1], edges[e, 3])) - south + 1
        ):
            begins[strip + 1] += 1
    for strip in range(count):
        begins[strip + 1] += begins[strip]
    of_strip, following = np.empty(begins[count], np.int32), begins.copy()
    from_lon, to_lon = np.full(count, math.inf), np.full(count, -math.inf)
    for e in range(len(edges)):
        for strip in range(
            strip_of(min(edges[e, 1], edges[e, 3])) - south, strip_of(max(edges[e, 1], edges[e, 3])) - south + 1
        ):
            of_strip[following[strip]] = e
            following[strip] += 1
            from_lon[strip] = min(from_lon[strip], edges[e, 0], edges[e, 2])
            to_lon[strip] = max(to_lon[strip], edges[e, 0], edges[e, 2])
    n, doubtful, mask = 0, 0, len(starts) - 2
    looked = 0
    for strip in range(count):
        if to_lon[strip] >= from_lon[strip]:
            looked += 1 + int((to_lon[strip] - from_lon[strip]) / 360.0 * columns_in(south + strip))
    everyone = looked > len(cells)
    for strip in range(count):
        if everyone and strip > 0:
            break
        columns = columns_in(south + strip)
        column, last = 0, 0
        if not everyone:
            if to_lon[strip] < from_lon[strip]:
                continue
            column = column_of(from_lon[strip] - 1e-9, columns)
            last = min(column_of(to_lon[strip] + 1e-9, columns), column + columns - 1)
        while column <= last:
            begin = column % columns
            bucket = ((south + strip) * _SPREAD + begin) & mask
            run = min(last - column, columns - 1 - begin, mask - bucket)
            low = (south + strip) * WIDEST + begin
            first, end, high = starts[bucket], starts[bucket + run + 1], low + run
            if everyone:
                first, end, low, high = 0, len(cells), south * WIDEST, (north + 1) * WIDEST - 1
            for i in range(first, end):
                if low <= cells[i, 0] <= high:
                    y, x = packed[i, 3], packed[i, 4]
                    while x < west:
                        x += 360.0
                    while x >= west + 360.0:
                        x -= 360.0
                    found = _inside(x, y, cells[i, 0] // WIDEST - south, edges, of_strip, begins)
                    if found > 0:
                        out[n] = cells[i, 1]
                        n += 1
                    elif found < 0:
                        unsure[doubtful] = cells[i, 1]
                        doubtful += 1
            column += run + 1
    return n, doubtful


@njit(f"i8({_GRID}, f8, f8, f8, f8, i8[::1])", cache=True)
def box(packed, cells, starts, south, west, north, width, out):
    """Those who may be in a box of degrees, ``width`` from west to east: all who are, and some just outside."""
    low_strip, high_strip = strip_of(south), strip_of(north)
    looked, mask, n = 0, len(starts) - 2, 0
    for strip in range(low_strip, high_strip + 1):
        looked += 1 + int(width / 360.0 * columns_in(strip))
        if looked > len(cells):
            out[: len(cells)] = cells[:, 1]
            return len(cells)
    for strip in range(low_strip, high_strip + 1):
        columns = columns_in(strip)
        column = column_of(west - 1e-9, columns)
        last = min(column_of(west + width + 1e-9, columns), column + columns - 1)
        if strip == 0 or strip == STRIPS - 1:  # a pole lies on every meridian
            column, last = 0, columns - 1
        while column <= last:
            begin = column % columns
            bucket = (strip * _SPREAD + begin) & mask
            run = min(last - column, columns - 1 - begin, mask - bucket)
            low = strip * WIDEST + begin
            for i in range(starts[bucket], starts[bucket + run + 1]):
                out[n] = cells[i, 1]
                n += (cells[i, 0] >= low) & (cells[i, 0] <= low + run)
            column += run + 1
    return n
