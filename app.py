"""Postern on AWS Lambda: the Chalice application. Everything it does is in chalicelib."""

import os
from functools import cache

from chalice.app import Chalice

from chalicelib import routes
from chalicelib.services import Services


@cache
def services() -> Services:
    """The services of this process, made once."""
    return Services.from_environment(os.environ)


app = Chalice(app_name="postern")
routes.mount(app, services)

# On Lambda a missing setting must fail the start, not request 1,000; the deployment tools import
# this module without settings.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    services()
