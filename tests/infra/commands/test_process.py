"""`python -m infra` as operators run it: another process, another folder, the real clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.infra.commands.conftest import write_local_env
from tests.running import ROOT, started
from tests.world import World


def run(
    folder: Path, *arguments: str, text: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "infra", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environ},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def printed(ran: subprocess.CompletedProcess[str]) -> Any:
    """What it prints, read."""
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_stage_is_found_from_the_current_folder(world: World, tmp_path: Path) -> None:
    """And reached past a proxy that the rest of the world is behind."""
    write_local_env(tmp_path, world.environ)
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    announced = printed(run(tmp_path, "key", "rotate", "--alg", "ES256", **proxies))["announced"]
    listed = printed(run(tmp_path, "key", "list", **proxies))
    assert announced["kid"] in {key["kid"] for key in listed}


def test_local_stage_needs_no_boto3(world: World, tmp_path: Path) -> None:
    """Clients, resources, users and grants are there at once."""
    write_local_env(tmp_path, world.environ)
    program = (
        "import sys\n"
        "from infra.commands import cli\n"
        "cli(sys.argv[1:], standalone_mode=False)\n"
        "assert 'botocore' not in sys.modules\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "user", "list"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert printed(ran)[0]["username"] == "demo@example.com"


def test_exit_status_is_the_processs(world: World, tmp_path: Path) -> None:
    """0, 1 and 2, without a traceback."""
    write_local_env(tmp_path, world.environ)
    commands = [["client", "list"], ["client", "get", "x"], ["client", "get"]]
    ran = [run(tmp_path, *command) for command in commands]
    assert [each.returncode for each in ran] == [0, 1, 2]
    assert not [each for each in ran if "Traceback" in each.stderr]


def test_reader_that_goes_away(world: World, tmp_path: Path) -> None:
    """`python -m infra client list | true` is no fault to be told of."""
    write_local_env(tmp_path, world.environ)
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as nobody:
        ran = subprocess.run(
            [sys.executable, "-m", "infra", "client", "list"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "Traceback" not in ran.stderr
    assert "fault" not in ran.stderr


def test_beside_the_running_server(tmp_path: Path) -> None:
    """`make run` in one terminal, the command line in another: one stage, one audit trail."""
    with started(tmp_path):
        (tmp_path / "user.json").write_text('{"username": "ann"}')
        create = ("user", "create", "--file", "user.json", "--password-stdin")
        made = printed(run(tmp_path, *create, text="correct horse\n"))
        shown = printed(run(tmp_path, "user", "get", made["sub"]))
        assert shown["username"] == "ann"
        trail = run(tmp_path, "audit", "tail")
        events = [json.loads(line) for line in trail.stdout.splitlines()]
        assert (events[-1]["event"], events[-1]["sub"]) == ("user.created", made["sub"])
    assert run(tmp_path, "user", "list").returncode == 1
