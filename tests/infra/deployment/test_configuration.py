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
from infra.deployment.names import API_HANDLER, PROJECT, ROTATE_KEYS, DeploymentError

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


def test_the_function_named_is_the_one_of_the_schedule() -> None:
    """Chalice ignores settings of a function it does not know, too."""
    scheduled = {event.name: event.handler_string for event in APP.event_sources}
    assert scheduled == {ROTATE_KEYS: "app.rotate_keys"}
    for part in (WRITTEN, *WRITTEN["stages"].values()):
        assert set(part["lambda_functions"]) == {ROTATE_KEYS}


def _in_chalices_eyes(configured: dict[str, Any], stage: str, function: str) -> Config:
    return Config(chalice_stage=stage, function_name=function, config_from_disk=configured)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_rotation_is_small_and_may_take_its_time(stage: str) -> None:
    """Nobody waits for it; the API handler keeps its processor and its 25 seconds."""
    rotation = _in_chalices_eyes(WRITTEN, stage, ROTATE_KEYS)
    handler = _in_chalices_eyes(WRITTEN, stage, API_HANDLER)
    assert (rotation.lambda_memory_size, rotation.lambda_timeout) == (256, 60)
    assert (handler.lambda_memory_size, handler.lambda_timeout) == (1769, 25)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_rotation_has_a_policy_of_its_own(stage: str) -> None:
    """Without the name Chalice would give it the API handler's."""
    rotation = _in_chalices_eyes(WRITTEN, stage, ROTATE_KEYS)
    handler = _in_chalices_eyes(WRITTEN, stage, API_HANDLER)
    assert rotation.iam_policy_file == policy.file_name(stage, ROTATE_KEYS)
    assert handler.iam_policy_file is None


def test_a_stage_without_it_is_given_the_policys_name() -> None:
    """A new stage, or one of an older checkout; what else it says of the function stays."""
    own = {"lambda_functions": {ROTATE_KEYS: {"lambda_memory_size": 512}}}
    changed = configuration.with_own_policies({"stages": {"qa": {"tags": {}, **own}}}, "qa")
    assert changed["stages"]["qa"] == {
        "tags": {},
        "lambda_functions": {
            ROTATE_KEYS: {
                "lambda_memory_size": 512,
                "iam_policy_file": "policy-qa-rotate_keys.json",
            }
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
