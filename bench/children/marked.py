"""cold.py's first token with marks: prints the milliseconds of each step as JSON.

`marked.py EVENT.json`. The calls to AWS are timed where our own client makes them.
"""

import sys
from time import perf_counter

started = perf_counter()
import json  # noqa: E402

with open(sys.argv[1]) as file:
    event = json.load(file)
from app import app  # noqa: E402

loaded = perf_counter()

from chalicelib.aws.client import AWSClient  # noqa: E402

steps = {"load the function": (loaded - started) * 1000}
make_call = AWSClient.call


def timed(self, service, action, payload):
    """A call, and what it took."""
    before = perf_counter()
    try:
        return make_call(self, service, action, payload)
    finally:
        number = sum(name.startswith("AWS call") for name in steps) + 1
        steps[f"AWS call {number}: {action}"] = (perf_counter() - before) * 1000


AWSClient.call = timed
asked = perf_counter()
said = app(event, None)
taken = (perf_counter() - asked) * 1000
calls = sum(ms for name, ms in steps.items() if name.startswith("AWS call"))
steps["the rest of the request, with what it loads"] = taken - calls
if said["statusCode"] != 200:
    raise SystemExit(str(said))
print(json.dumps(steps))
