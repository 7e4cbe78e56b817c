"""The stage's configuration: what is written at deployment, and what Chalice makes of it."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from chalice.config import Config

from chalicelib import chalice_app
from infra.deployment import configuration, policy
from infra.deployment.names import (
    API_HANDLER,
    BESIDE,
    DELIVER_LOGOUTS,
    PROJECT,
    ROTATE_KEYS,
    DeploymentError,
)

WRITTEN = configuration.read(PROJECT)
APP = chalice_app.make(lambda: pytest.fail("no request is made here"))
DOMAIN = {"domain_name": "id.example.com", "certificate_arn": "arn:aws:acm:eu-west-1:1:c/1"}


def _known_to_chalice() -> set[str]:
    """Every name that Chalice looks up; it has no list of them."""
    source = inspect.getsource(Config)
    return {
        *re.findall(r"_chain_(?:lookup|merge)\(\s*'(\w+)'", source),
        *("app_name", "lambda_functions", "stages", "version"),
    }


def test_every_key_is_one_that_chalice_knows() -> None:
    """Chalice ignores a misspelt key without a word: memory or endpoint type would fall back."""
    known = _known_to_chalice()
    assert {"lambda_memory_size", "xray", "tags"} <= known
    for part in (WRITTEN, *WRITTEN["stages"].values()):
        assert set(part) <= known
        for of_function in part.get("lambda_functions", {}).values():
            assert set(of_function) <= known


def test_the_functions_named_are_those_that_chalice_finds() -> None:
    """Chalice ignores settings of a function it does not know, too."""
    found = {event.name: event.handler_string for event in APP.event_sources}
    assert found == {name: f"app.{name}" for name in BESIDE}
    for part in (WRITTEN, *WRITTEN["stages"].values()):
        assert set(part["lambda_functions"]) == set(BESIDE)


@pytest.mark.parametrize(
    ("stage", "queue"), [("dev", "postern-dev-logout"), ("a-b", "postern-a-b-logout")]
)
def test_the_queue_is_the_stages(stage: str, queue: str) -> None:
    """By the name that the stack gives it; one message at a time, and five at once at most."""
    made = chalice_app.make(lambda: pytest.fail("no request is made here"), stage)
    (source,) = (event for event in made.event_sources if event.name == DELIVER_LOGOUTS)
    assert source.queue == queue
    assert (source.batch_size, source.maximum_concurrency) == (1, 5)


def _in_chalices_eyes(configured: dict[str, Any], stage: str, function: str) -> Config:
    return Config(chalice_stage=stage, function_name=function, config_from_disk=configured)


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize(
    ("function", "expected"),
    [(API_HANDLER, (1769, 25)), (ROTATE_KEYS, (256, 60)), (DELIVER_LOGOUTS, (256, 30))],
)
def test_functions_that_nobody_waits_for_are_small(
    stage: str, function: str, expected: tuple[int, int]
) -> None:
    """Memory and time-out; the API handler keeps its processor and its 25 seconds."""
    seen = _in_chalices_eyes(WRITTEN, stage, function)
    assert (seen.lambda_memory_size, seen.lambda_timeout) == expected


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize("function", BESIDE)
def test_each_other_function_has_a_policy_of_its_own(stage: str, function: str) -> None:
    """Without the name Chalice would give it the API handler's."""
    other = _in_chalices_eyes(WRITTEN, stage, function)
    handler = _in_chalices_eyes(WRITTEN, stage, API_HANDLER)
    assert other.iam_policy_file == policy.file_name(stage, function)
    assert handler.iam_policy_file is None


def test_a_stage_without_them_is_given_the_policies_names() -> None:
    """A new stage, or one of an older checkout; what else it says of a function stays."""
    own = {"lambda_functions": {ROTATE_KEYS: {"lambda_memory_size": 512}}}
    changed = configuration.with_own_policies({"stages": {"qa": {"tags": {}, **own}}}, "qa")
    assert changed["stages"]["qa"] == {
        "tags": {},
        "lambda_functions": {
            ROTATE_KEYS: {
                "lambda_memory_size": 512,
                "iam_policy_file": "policy-qa-rotate_keys.json",
            },
            DELIVER_LOGOUTS: {"iam_policy_file": "policy-qa-deliver_logouts.json"},
        },
    }
    assert configuration.with_own_policies(WRITTEN, "dev") == WRITTEN


def test_nothing_is_compressed_by_api_gateway() -> None:
    """Compression of secrets beside reflected input leaks them (BREACH)."""
    assert "minimum_compression_size" not in json.dumps(WRITTEN)


def test_policies_are_written_by_hand() -> None:
    """Chalice's own policies are read off app.py alone, and would miss what the code calls."""
    assert WRITTEN["autogen_policy"] is False


def test_the_endpoint_is_regional() -> None:
    """Edge endpoints rename no fewer headers and hide the caller's address."""
    assert WRITTEN["api_gateway_endpoint_type"] == "REGIONAL"


def test_the_function_gives_up_before_api_gateway() -> None:
    """Its timeout is below the 29 seconds of an integration, so that its log says why."""
    assert WRITTEN["lambda_timeout"] < 29


def test_local_is_not_a_stage_of_chalice() -> None:
    """`make run` is another server; a stage of that name on AWS would skip what local skips."""
    assert set(WRITTEN["stages"]) == {"dev", "prod"}


def test_deployment_state_is_not_kept_under_version_control() -> None:
    """The filled policy and Chalice's records carry account ids."""
    ignored = (PROJECT / ".chalice" / ".gitignore").read_text(encoding="utf-8").split("\n")
    assert {"/deployed/", "/policy-*.json"} <= set(ignored)


def test_variables_are_added_to_the_stage_and_to_no_other() -> None:
    """What the stage had stays, what is given replaces, prod is not touched."""
    variables = {"ISSUER": "https://id.example.com", "TABLE_NAME": "postern-dev"}
    changed = configuration.with_environment(WRITTEN, "dev", variables)
    assert changed["stages"]["dev"]["environment_variables"] == {"STAGE": "dev", **variables}
    assert changed["stages"]["prod"] == WRITTEN["stages"]["prod"]
    assert "ISSUER" not in WRITTEN["stages"]["dev"]["environment_variables"]


def test_a_new_stage_is_added_with_its_own_gateway_stage_and_tag() -> None:
    """Chalice's default would call every gateway stage `api`."""
    changed = configuration.with_environment({"stages": {}}, "qa", {"STAGE": "qa"})
    assert changed["stages"]["qa"] == {
        "api_gateway_stage": "qa",
        "tags": {"stage": "qa"},
        "environment_variables": {"STAGE": "qa"},
    }


def test_a_written_configuration_reads_back(tmp_path: Path) -> None:
    """Writing changes nothing but what was asked."""
    (tmp_path / ".chalice").mkdir()
    configuration.write(tmp_path, WRITTEN)
    assert configuration.read(tmp_path) == WRITTEN


def _with_stage(**members: Any) -> dict[str, Any]:
    return {"stages": {"dev": members}}


def test_a_custom_domain_is_the_issuer() -> None:
    """Known before the first deployment, without a path."""
    configured = _with_stage(api_gateway_custom_domain=DOMAIN)
    assert configuration.custom_domain_issuer(configured, "dev") == "https://id.example.com"


def test_a_url_prefix_is_refused() -> None:
    """RFC 8414's document of an issuer with a path lies outside the base path mapping."""
    configured = _with_stage(api_gateway_custom_domain={**DOMAIN, "url_prefix": "auth"})
    with pytest.raises(DeploymentError, match="url_prefix"):
        configuration.custom_domain_issuer(configured, "dev")


@pytest.mark.parametrize(
    ("issuer", "api", "expected"),
    [
        ("https://id.example.com", None, "https://id.example.com"),
        ("https://a1.execute-api.eu-west-1.amazonaws.com/dev", "a1", "same"),
        ("https://a1.execute-api.eu-west-1.amazonaws.com/dev", "b2", None),
        ("https://a1.execute-api.eu-west-1.amazonaws.com/dev", None, None),
        (configuration.UNKNOWN_ISSUER, "a1", None),
        ("", "a1", None),
    ],
)
def test_an_issuer_of_an_api_that_is_gone_is_forgotten(
    issuer: str, api: str | None, expected: str | None
) -> None:
    """An operator's own issuer is kept; an execute-api URL only while it is this API's."""
    configured = _with_stage(environment_variables={"ISSUER": issuer})
    found = configuration.configured_issuer(configured, "dev", api)
    assert found == (issuer if expected == "same" else expected)


def test_without_a_domain_the_issuer_is_api_gateways_url() -> None:
    """It carries the stage and no final slash."""
    issuer = configuration.execute_api_issuer("a1", "eu-west-1", "dev")
    assert issuer == "https://a1.execute-api.eu-west-1.amazonaws.com/dev"


def test_a_stage_never_deployed_has_no_api(tmp_path: Path) -> None:
    """No record of Chalice's, no id."""
    assert configuration.deployed_api(tmp_path, "dev") is None


def test_the_api_is_read_from_chalices_record(tmp_path: Path) -> None:
    """The only place where Chalice keeps it."""
    record = {"resources": [{"name": "api_handler"}, {"name": "rest_api", "rest_api_id": "a1"}]}
    (tmp_path / ".chalice" / "deployed").mkdir(parents=True)
    (tmp_path / ".chalice" / "deployed" / "dev.json").write_text(json.dumps(record))
    assert configuration.deployed_api(tmp_path, "dev") == "a1"
