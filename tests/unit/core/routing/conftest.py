"""What the routing tests share."""

from __future__ import annotations

import pytest

from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.routing.city import City, Place
from core.routing.network import Way
from tests.unit.core.routing.toy_towns import EVERYONE, town


@pytest.fixture
def small_city() -> City:
    """A cross of two named streets, one of them with a merchant, and an area."""
    points = {0: (50.0, 10.0), 1: (50.0, 10.002), 2: (50.0, 10.004), 3: (50.001, 10.002), 4: (49.999, 10.002)}
    ways = [
        Way((0, 1, 2), "secondary", "Long Road", EVERYONE, EVERYONE),
        Way((3, 1, 4), "residential", "Short Lane", EVERYONE, EVERYONE),
    ]
    square = tuple(LatLon(50 + a, 10 + b) for a, b in ((0, 0), (0, 0.002), (0.002, 0.002), (0, 0)))
    return town(
        ways,
        points,
        places=(Place("park", "Grüner Park", LatLon(50.0, 10.001)),),
        merchants=(Merchant("m1", "Café Ü", LatLon(50.0, 10.001), "cafe", 5.0, 80.0, "a1"),),
        areas=(Area("a1", "Mitte", ((square,),), 3),),
        base_map=b'{"roads":[]}',
        attribution="nobody",
    )
