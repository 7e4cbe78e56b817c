"""The page that `error_uri` names: what an error means and what to do. RFC 6749 section 5.2."""

from __future__ import annotations

from ..error_reference import REFERENCE
from ..errors import NotFound
from ..http import Request, Response
from ..services import Services


def handle(request: Request, services: Services) -> Response:
    """The page of one code."""
    from ..pages import render

    code = request.path_parameters["code"]
    entry = REFERENCE.get(code)
    if entry is None:
        raise NotFound
    return render(
        "error_reference.html",
        headers={"Cache-Control": "public, max-age=3600"},
        product=services.settings.product_name,
        code=code,
        title=entry.title,
        meaning=entry.meaning,
        causes=entry.causes,
        remedy=entry.remedy,
        specification=entry.specification,
        specification_url=entry.specification_url,
    )
