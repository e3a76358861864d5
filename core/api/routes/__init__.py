"""The paths, a file for each subject. A route asks the service and gives its answer a shape."""

import re
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator
from pydantic.json_schema import SkipJsonSchema

from core.api.models import Id
from core.api.service import Service


async def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _in_figures(value: object) -> object:
    """Of a query, everything is text: pydantic would take 5.0 for a whole number."""
    if isinstance(value, str) and not re.fullmatch("[0-9]+", value):
        raise ValueError("a whole number in figures is wanted")
    return value


Figures = BeforeValidator(_in_figures)
Serving = Annotated[Service, Depends(service_of)]
PathId = Annotated[Id, Path()]
Limit = Annotated[int, Figures, Query(ge=1, le=1000)]
Left = SkipJsonSchema[None]
"""What may be left out of a query can't be said to be null: the document says so."""
After = Annotated[str | Left, Query(max_length=64, description="What ``next`` said on the page before")]
