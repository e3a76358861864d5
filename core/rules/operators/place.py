"""Where an order comes from: area, merchant, kind of merchant."""

from __future__ import annotations

from core.rules.facts import NOWHERE, dimension
from core.rules.operators import one_of, operator
from core.rules.sets import Labels

dimension("area", lambda facts: facts.order.area_id or NOWHERE, numeric=False, known=True)
dimension("merchant", lambda facts: facts.order.merchant_id, numeric=False, known=True)
dimension("kind", lambda facts: facts.merchant.kind if facts.merchant else None, numeric=False)


def _names(argument: object) -> Labels:
    return Labels(one_of(argument))


operator("area", "area", _names, 'area = ["old-town", "harbour"]', names="area")
operator("merchant", "merchant", _names, 'merchant = ["M-17"]', names="merchant")
operator("kind", "kind", _names, 'kind = ["pharmacy"]')
