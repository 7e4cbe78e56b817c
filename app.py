"""Postern on AWS Lambda. Everything it does is in chalicelib.

`app` is the function that Lambda calls for API Gateway, `rotate_keys` the one it calls every day,
`deliver_logouts` the one it calls with messages of a queue. To the tools that build and deploy,
which import this module without settings and elsewhere, `app` is the Chalice application, which
knows all three.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from chalicelib.services import Services


@cache
def services() -> Services:
    """The services of this process, made once."""
    return Services.from_environment(os.environ)


def rotate_keys(event: object, context: object) -> None:
    """Do what has come due with the data keys; what fails is tried again by Lambda."""
    from chalicelib import rotation

    rotation.run(services())


def deliver_logouts(event: Mapping[str, Any], context: object) -> None:
    """Tell clients of logouts; what is to be tried again raises, and stays in the queue."""
    from chalicelib import logout_delivery

    logout_delivery.handle(event, services())


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    from chalicelib.function import handler

    # A missing setting must fail the start, not request 1,000.
    services()
    app = handler(services)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from chalicelib.warm_up import warm_up

        warm_up()
else:
    from chalicelib.chalice_app import make

    app = make(services, os.environ.get("STAGE") or "local")
