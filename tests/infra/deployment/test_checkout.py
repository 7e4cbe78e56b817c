"""The copy of the checkout in which Chalice works."""

from pathlib import Path

import pytest

from infra.deployment import checkout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout in which something was deployed, and tests were run."""
    for name, text in {
        "app.py": "app",
        "requirements.txt": "jinja2",
        "chalicelib/words.py": "words",
        "chalicelib/__pycache__/words.cpython-311.pyc": "byte code",
        "tests/test_words.py": "tests",
        ".chalice/config.json": "{}",
        ".chalice/policy-dev.json": "{}",
        ".chalice/deployments/old.zip": "zip",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _files(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}


def test_only_what_lambda_needs_travels(project: Path) -> None:
    """Chalice would pack this machine's byte code, which is dated, and of several Pythons."""
    with checkout.copied(project) as tree:
        assert _files(tree) == {"app.py", "requirements.txt", "chalicelib/words.py"}


def test_a_record_is_written_into_the_checkout_at_once(project: Path) -> None:
    """A deployment that is broken off must not lose what it made."""
    with checkout.linked(project) as tree:
        (tree / ".chalice" / "deployed" / "dev.json").write_text("record")
        assert (project / ".chalice" / "deployed" / "dev.json").read_text() == "record"


def test_a_change_of_the_configuration_is_seen(project: Path) -> None:
    """The issuer is written between two runs of Chalice."""
    with checkout.linked(project) as tree:
        (project / ".chalice" / "config.json").write_text("changed")
        assert (tree / ".chalice" / "config.json").read_text() == "changed"


def test_an_earlier_package_is_not_found(project: Path) -> None:
    """Chalice would take it again, without byte code."""
    with checkout.linked(project) as tree:
        assert not (tree / ".chalice" / "deployments").exists()


def test_the_copy_is_gone_afterwards_and_the_checkout_is_not(project: Path) -> None:
    """What is linked is not deleted with the copy."""
    before = _files(project)
    with checkout.linked(project) as tree:
        pass
    assert not tree.exists()
    assert _files(project) == before
