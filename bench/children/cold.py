"""A cold start: load the function and answer one event. Run as a file, in a fresh process.

`cold.py postern|naive|bare EVENT.json [memory]`. It imports nothing that the function does not.
`memory` prints the most that the process held, in KiB.
"""

import sys

who, path, *asked = sys.argv[1:]

if who != "bare":
    import json

    with open(path) as file:
        event = json.load(file)
    if who == "naive":
        from naive import app
    else:
        from app import app
    said = app(event, None)
    if said["statusCode"] >= 400:
        raise SystemExit(f"{who} {event['path']}: {said}")

if asked == ["memory"]:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
    sys.stdout.flush()

import os  # noqa: E402  # loaded by every interpreter that starts

# A Lambda goes on living: taking the modules apart is no part of a cold start.
os._exit(0)
