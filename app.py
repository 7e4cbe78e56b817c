"""Postern on AWS Lambda. Everything it does is in chalicelib.

`app` is the function that Lambda calls. To the tools that build and deploy, which import this
module without settings and elsewhere, it is the Chalice application.
"""

import os
from functools import cache

from chalicelib.services import Services


@cache
def services() -> Services:
    """The services of this process, made once."""
    return Services.from_environment(os.environ)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    from chalicelib.function import handler

    # A missing setting must fail the start, not request 1,000.
    services()
    app = handler(services)
else:
    from chalicelib.chalice_app import make

    app = make(services)
