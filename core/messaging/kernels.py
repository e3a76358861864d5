"""A driver's fixes out of JSON, compiled by numba: the plain messages that apps send, in one call for thousands.

Whatever is not plain is left to msgspec: another key, a key twice, an escape, an exponent, a number of more digits than a
double holds exactly. What is read here is read to the same bit: up to 2**53 in whole digits, divided once by an exact
power of ten, is rounded correctly (Clinger 1990).
"""

import math

import numpy as np
from numba import njit

LEAST_FIX = len('{"t":0,"lat":0,"lon":0}')
MODES = 16
MODE_LENGTH = 32

_POWERS = np.array([10.0**i for i in range(23)])
_MOST = 2**53
_QUOTE, _COMMA, _COLON, _MINUS, _DOT, _ZERO, _NINE = (ord(c) for c in '",:-.09')
_OPEN, _CLOSE, _FIRST, _LAST = (ord(c) for c in "{}[]")
_NULL, _FIXES, _MODE, _BATT = (np.frombuffer(word, np.uint8) for word in (b"null", b"fixes", b"mode", b"batt"))


_DATA = "Array(u1, 1, 'C', readonly=True)"


@njit(f"i8({_DATA}, i8)", cache=True)
def _skip(data, i):
    while data[i] <= 32 and (data[i] == 32 or 9 <= data[i] <= 10 or data[i] == 13):
        i += 1
    return i


@njit(f"b1({_DATA}, i8, i8, {_DATA})", cache=True)
def _is(data, begin, end, word):
    if end - begin != len(word):
        return False
    for j in range(len(word)):  # noqa: SIM110 - a generator is nothing for the compiler
        if data[begin + j] != word[j]:
            return False
    return True


@njit(f"Tuple((f8, i8))({_DATA}, i8, b1)", cache=True)
def _number(data, i, or_null):
    """The number at ``i`` and what follows it, or -1 there; null is NaN where it may be."""
    if or_null and data[i] == _NULL[0]:
        for j in range(1, 4):
            if data[i + j] != _NULL[j]:
                return 0.0, -1
        return math.nan, i + 4
    negative = data[i] == _MINUS
    if negative:
        i += 1
    first, mantissa, digits, decimals = i, 0, 0, 0
    # What does not fit runs over, and is turned away by its length.
    while _ZERO <= data[i] <= _NINE:
        mantissa = mantissa * 10 + data[i] - _ZERO
        i += 1
    digits = i - first
    if digits == 0 or digits > 16 or (digits > 1 and data[first] == _ZERO):
        return 0.0, -1
    if data[i] == _DOT:
        i += 1
        point = i
        while _ZERO <= data[i] <= _NINE:
            mantissa = mantissa * 10 + data[i] - _ZERO
            i += 1
        decimals = i - point
        if decimals == 0 or digits + decimals > 17:
            return 0.0, -1
    if mantissa > _MOST or data[i] == 101 or data[i] == 69:
        return 0.0, -1
    value = mantissa / _POWERS[decimals]
    # A whole -0 is no negative zero: JSON's readers take it for an integer.
    return (-value if negative and (mantissa or decimals) else value), i


@njit(f"Tuple((i8, i8, i8))({_DATA}, i8)", cache=True)
def _text(data, i):
    """Begin and end of the plain ASCII between the quotes at ``i``, and what follows them, or -1 there."""
    if data[i] != _QUOTE:
        return 0, 0, -1
    i += 1
    begin = i
    while data[i] != _QUOTE:
        if data[i] < 32 or data[i] > 126 or data[i] == 92:
            return 0, 0, -1
        i += 1
    return begin, i, i + 1


@njit(f"i8({_DATA}, i8, i8)", cache=True)
def _field(data, begin, end):
    """Which column a key names: t, lat, lon, acc, spd, hdg; or -1."""
    if end - begin == 1:
        return 0 if data[begin] == 116 else -1
    if end - begin != 3:
        return -1
    key = data[begin] << 16 | data[begin + 1] << 8 | data[begin + 2]
    if key == 0x6C6174:
        return 1
    if key == 0x6C6F6E:
        return 2
    if key == 0x616363:
        return 3
    if key == 0x737064:
        return 4
    return 5 if key == 0x686467 else -1


@njit(f"i8({_DATA}, i8, f8[:,::1], i8)", cache=True)
def _fix(data, i, columns, n):
    """Read one fix into place ``n``; what follows it, or -1."""
    i = _skip(data, i)
    if data[i] != _OPEN:
        return -1
    seen = 0
    columns[3, n] = columns[4, n] = columns[5, n] = math.nan
    while True:
        begin, stop, i = _text(data, _skip(data, i + 1))
        if i < 0:
            return -1
        column = _field(data, begin, stop)
        i = _skip(data, i)
        if column < 0 or seen >> column & 1 or data[i] != _COLON:
            return -1
        seen |= 1 << column
        value, i = _number(data, _skip(data, i + 1), column > 2)
        if i < 0:
            return -1
        columns[column, n] = value
        i = _skip(data, i)
        if data[i] == _CLOSE:
            return i + 1 if seen & 7 == 7 else -1
        if data[i] != _COMMA:
            return -1


@njit(f"i8({_DATA}, i8, i8, i8[:,::1])", cache=True)
def _mode_of(data, begin, end, modes):
    """The number of a tracking mode among those seen, taken up if it is new; -1 where there is no room for it."""
    if end - begin > MODE_LENGTH:
        return -1
    for code in range(MODES):
        if modes[code, 0] < 0:
            modes[code, 0], modes[code, 1] = begin, end
            return code
        if modes[code, 1] - modes[code, 0] == end - begin:
            same = True
            for j in range(end - begin):
                same &= data[modes[code, 0] + j] == data[begin + j]
            if same:
                return code
    return -1


@njit(f"Tuple((f8[:,::1], i8[::1], i8[::1], f8[::1], i8[:,::1]))({_DATA}, i8[::1])", cache=True, nogil=True)
def read(data, ends):
    """Messages that lie one after the other, each up to its end, and behind the last one a zero.

    Gives the columns (6, m) of all fixes in their order; for each message how many are its own (-1: not read here), the
    number of its mode (-1: none) and its charge (NaN: none); and where in ``data`` each mode begins and ends.
    """
    # Nothing here looks for a message's end: the zero stops every loop, and who has read beyond the own end is turned away.
    count = len(ends)
    columns = np.empty((6, len(data) // LEAST_FIX + 2))
    counts, mode, batt = np.full(count, -1, np.int64), np.full(count, -1, np.int64), np.full(count, math.nan)
    modes = np.full((MODES, 2), -1, np.int64)
    n, start = 0, 0
    for message in range(count):
        end, before = ends[message], n
        i = _skip(data, start)
        start = end
        if data[i] != _OPEN:
            continue
        seen, its_mode, its_batt = 0, -1, math.nan
        while True:
            begin, stop, i = _text(data, _skip(data, i + 1))
            if i < 0 or i > end:
                break
            i = _skip(data, i)
            if data[i] != _COLON:
                break
            i = _skip(data, i + 1)
            if _is(data, begin, stop, _FIXES):
                bit = 1
                if data[i] != _FIRST:
                    break
                after = _skip(data, i + 1)
                if data[after] == _LAST:
                    i = after + 1
                else:
                    while i > 0:
                        i = _fix(data, i + 1, columns, n)
                        if i < 0 or i > end:
                            i = -1
                            break
                        n += 1
                        i = _skip(data, i)
                        if data[i] == _LAST:
                            i += 1
                            break
                        if data[i] != _COMMA:
                            i = -1
                    if i < 0:
                        break
            elif _is(data, begin, stop, _MODE):
                bit = 2
                begin, stop, i = _text(data, i)
                if i < 0 or i > end:
                    break
                if stop > begin:
                    its_mode = _mode_of(data, begin, stop, modes)
                    if its_mode < 0:
                        break
            elif _is(data, begin, stop, _BATT):
                bit = 4
                its_batt, i = _number(data, i, True)
                if i < 0:
                    break
            else:
                break
            if seen & bit:
                break
            seen |= bit
            i = _skip(data, i)
            if data[i] == _CLOSE:
                if seen & 1 and _skip(data, i + 1) >= end and i < end:
                    counts[message], mode[message], batt[message] = n - before, its_mode, its_batt
                break
            if data[i] != _COMMA:
                break
        if counts[message] < 0:
            n = before
    return columns[:, :n].copy(), counts, mode, batt, modes
