"""What `deploy` and `destroy` refuse before they touch anything."""

from pathlib import Path

import pytest

from infra.deployment import chalice_command
from infra.deployment.deploy import deploy
from infra.deployment.destroy import destroy
from infra.deployment.names import DeploymentError


def test_prod_is_not_destroyed_by_a_slip(tmp_path: Path) -> None:
    """It wants --yes, terminal or not."""
    with pytest.raises(DeploymentError, match="--yes"):
        destroy("prod", project=tmp_path)


def test_stage_local_is_not_deployed(tmp_path: Path) -> None:
    """It is `make run`'s, and lets http issuers through."""
    with pytest.raises(DeploymentError, match="make run"):
        deploy("local", register_keys=lambda *_: None, project=tmp_path)


def test_another_app_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of functions come from it, tags and policies from ours: they must not part."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text('{"app_name": "other"}')
    with pytest.raises(DeploymentError, match="app_name"):
        deploy("dev", register_keys=lambda *_: None, project=tmp_path)


def test_a_failure_of_chalice_stops_the_deployment(tmp_path: Path) -> None:
    """Its exit status is passed on, not lost in the wrapper."""
    with pytest.raises(DeploymentError, match="chalice"):
        chalice_command.run(tmp_path, "deploy", "--stage", "dev")
