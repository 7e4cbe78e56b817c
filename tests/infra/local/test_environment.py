"""The environment of the handler on this machine, and the file that shares it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.settings import Settings
from infra.local.environment import (
    EnvironmentFile,
    LogFile,
    Refused,
    check_stage,
    local_environment,
    port_of,
)

BASE, ENDPOINT = "http://127.0.0.1:8000", "http://127.0.0.1:5000"
LOG = Path("log")


def test_handler_is_turned_to_the_emulator() -> None:
    """Endpoint, credentials and names are the local ones, whatever the caller's were."""
    caller = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t"}
    local = local_environment(caller, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    assert local["AWS_ENDPOINT_URL"] == ENDPOINT
    assert local["AWS_ACCESS_KEY_ID"] == local["AWS_SECRET_ACCESS_KEY"] == "local"
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN"}.isdisjoint(local)


@pytest.mark.parametrize(("given", "issuer"), [({}, BASE), ({"ISSUER": "https://x"}, "https://x")])
def test_issuer_may_be_given(given: dict[str, str], issuer: str) -> None:
    """ISSUER of the environment wins over the local address."""
    assert local_environment(given, base=BASE, endpoint=ENDPOINT, log_file=LOG)["ISSUER"] == issuer


def test_queue_is_the_emulators(tmp_path: Path) -> None:
    """At its address, whatever the caller's is; the command line finds it as well."""
    caller = {
        "LOGOUT_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/real",
        "AWS_ENDPOINT_URL_SQS": "https://sqs.eu-west-1.amazonaws.com",
    }
    local = local_environment(caller, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    assert local["LOGOUT_QUEUE_URL"] == f"{ENDPOINT}/123456789012/postern-local-logout"
    assert "AWS_ENDPOINT_URL_SQS" not in local
    assert Settings.read(local).logout_queue_url == local["LOGOUT_QUEUE_URL"]
    with EnvironmentFile(tmp_path / ".local" / "env", local) as file:
        assert f"LOGOUT_QUEUE_URL={local['LOGOUT_QUEUE_URL']}\n" in file.text


def test_proxy_is_not_used_for_this_machine() -> None:
    """A proxy of the environment keeps its exceptions and gets one more."""
    local = local_environment({"no_proxy": "a.example"}, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    assert local["no_proxy"] == local["NO_PROXY"] == "a.example,127.0.0.1"


@pytest.mark.parametrize("stage", ["prod", "Local", "dev"])
def test_other_stages_are_refused(stage: str) -> None:
    """Seeds that everyone knows are planted on stage local only."""
    with pytest.raises(Refused, match="only runs as stage local"):
        check_stage({"STAGE": stage})


def test_local_stage_is_accepted() -> None:
    """STAGE may be absent, empty or local."""
    for environ in ({}, {"STAGE": ""}, {"STAGE": "local"}):
        check_stage(environ)


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("0", 0), ("65535", 65535)])
def test_port_is_a_number(text: str, port: int) -> None:
    """PORT is 8000 unless it says otherwise."""
    assert port_of({"PORT": text}) == port


@pytest.mark.parametrize("text", ["http", "-1", "65536", "8000 ", "\u0661"])
def test_other_ports_are_refused(text: str) -> None:
    """What is no port number is named in the refusal."""
    with pytest.raises(Refused, match="PORT must be"):
        port_of({"PORT": text})


def test_file_is_private_and_goes_away(tmp_path: Path) -> None:
    """The file is readable by its owner alone and leaves no folder behind."""
    environ = local_environment({}, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    path = tmp_path / ".local" / "env"
    with EnvironmentFile(path, environ):
        assert path.stat().st_mode & 0o777 == 0o600
        values = dict(line.split("=", 1) for line in path.read_text().splitlines())
    assert values["AWS_ENDPOINT_URL"] == ENDPOINT
    assert values["ISSUER"] == BASE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", [{}, {"ID_TOKEN_ALGS": "RS256 ES256"}])
def test_file_tells_what_is_offered(tmp_path: Path, given: dict[str, str]) -> None:
    """The command line knows the algorithms that clients may be registered for."""
    environ = local_environment(given, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    path = tmp_path / ".local" / "env"
    with EnvironmentFile(path, environ):
        values = dict(line.split("=", 1) for line in path.read_text().splitlines())
    offered = given.get("ID_TOKEN_ALGS", "RS256 ES256 PS256 Ed25519 EdDSA")
    assert values["ID_TOKEN_ALGS"] == offered


@pytest.mark.parametrize("name", ["SIGNING_MODE", "ID_TOKEN_SIGNING_MODE", "MTLS_URL"])
def test_file_tells_what_was_set(tmp_path: Path, name: str) -> None:
    """What registration hangs on is there as it was given, and only then."""
    path = tmp_path / ".local" / "env"
    for given in ({}, {name: "as given"}):
        environ = local_environment(given, base=BASE, endpoint=ENDPOINT, log_file=LOG)
        with EnvironmentFile(path, environ):
            values = dict(line.split("=", 1) for line in path.read_text().splitlines())
        assert values.get(name) == given.get(name)


def test_file_of_another_run_stays(tmp_path: Path) -> None:
    """A run that ends does not remove what a later one has written."""
    path = tmp_path / ".local" / "env"
    first = local_environment({}, base=BASE, endpoint=ENDPOINT, log_file=LOG)
    second = local_environment({}, base="http://127.0.0.1:8001", endpoint=ENDPOINT, log_file=LOG)
    with EnvironmentFile(path, first):
        EnvironmentFile(path, second).__enter__()
    assert "127.0.0.1:8001" in path.read_text()


def test_log_file_is_gone_with_its_run(tmp_path: Path) -> None:
    """The log lasts as long as the server, and so does its folder."""
    with LogFile(tmp_path / ".local" / "log") as log:
        assert log.path.exists()
    assert not (tmp_path / ".local").exists()


def test_two_runs_have_two_logs(tmp_path: Path) -> None:
    """A second server beside the first writes into a file of its own."""
    with LogFile(tmp_path / "log") as first, LogFile(tmp_path / "log") as second:
        assert first.path != second.path
