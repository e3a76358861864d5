"""The paths, a file for each subject. A route asks the service and gives its answer a shape."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from core.api.models import Id
from core.api.service import Service


async def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(service_of)]
PathId = Annotated[Id, Path()]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[str | None, Query(max_length=64, description="What ``next`` said on the page before")]
