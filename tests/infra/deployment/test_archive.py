"""The zip for Lambda: byte code in, dead weight out, and the same bytes from the same input."""

import importlib.util
import marshal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.deployment import archive
from infra.deployment.names import DeploymentError

SOURCES = {
    "app.py": "from chalicelib.words import hello\n",
    "chalicelib/__init__.py": "",
    "chalicelib/words.py": 'KNOWN = {"a", "b", "c"}\n\n\ndef hello():\n    return "hello"\n',
    "chalicelib/templates/page.html": "<p>hello</p>",
}
ELSEWHERE = {
    "chalicelib/__pycache__/words.cpython-39.pyc": "of another Python",
    "cffi/__init__.py": "builds",
    "cffi/_cffi_include.h": "builds",
    "pycparser/__init__.py": "builds",
    "pycparser-3.12.dist-info/METADATA": "of what is not there",
    "markupsafe/_speedups.c": "compiled",
    "markupsafe/_speedups.pyi": "types",
    "markupsafe/py.typed": "",
    "markupsafe-3.0.4.dist-info/RECORD": "files",
}
KEPT = {
    "markupsafe-3.0.4.dist-info/METADATA": "Name: markupsafe",
    "markupsafe-3.0.4.dist-info/licenses/LICENSE.txt": "BSD",
    "_cffi_backend.cpython-311-x86_64-linux-gnu.so": "binary",
}
TAG = sys.implementation.cache_tag
BYTE_CODE = {
    f"__pycache__/app.{TAG}.pyc",
    f"chalicelib/__pycache__/__init__.{TAG}.pyc",
    f"chalicelib/__pycache__/words.{TAG}.pyc",
}
UNCHECKED_HASH = 0b01  # PEP 552


def _zip(path: Path, files: dict[str, str], date: int = 1980) -> Path:
    with zipfile.ZipFile(path, "w") as written:
        for name, text in files.items():
            written.writestr(zipfile.ZipInfo(name, (date, 1, 1, 0, 0, 0)), text)
    return path


@pytest.fixture
def precompiled(tmp_path: Path) -> zipfile.ZipFile:
    """A small package, finished."""
    path = _zip(tmp_path / "deployment.zip", SOURCES | ELSEWHERE | KEPT)
    archive.precompile(path)
    with zipfile.ZipFile(path) as finished:
        return finished


def _read(finished: zipfile.ZipFile, name: str) -> bytes:
    assert finished.filename
    with zipfile.ZipFile(finished.filename) as opened:
        return opened.read(name)


def test_every_module_has_byte_code(precompiled: zipfile.ZipFile) -> None:
    """Sources stay beside it; what Lambda never needs is gone, licences and names are not."""
    assert set(precompiled.namelist()) == set(SOURCES) | BYTE_CODE | set(KEPT)


@pytest.mark.parametrize("name", sorted(BYTE_CODE))
def test_byte_code_is_loaded_without_a_look_at_the_source(
    precompiled: zipfile.ZipFile, name: str
) -> None:
    """The dates in a zip say nothing: by date, or by hash, Python would read every source."""
    code = _read(precompiled, name)
    assert code[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(code[4:8], "little") == UNCHECKED_HASH


def test_byte_code_knows_where_it_will_lie(precompiled: zipfile.ZipFile) -> None:
    """Lambda unpacks into /var/task; another name would have to be mended at each start."""
    code = marshal.loads(_read(precompiled, f"chalicelib/__pycache__/words.{TAG}.pyc")[16:])
    assert code.co_filename == "/var/task/chalicelib/words.py"


def test_python_runs_the_byte_code(precompiled: zipfile.ZipFile, tmp_path: Path) -> None:
    """Sources that say something else are not read."""
    tree = tmp_path / "task"
    assert precompiled.filename
    with zipfile.ZipFile(precompiled.filename) as opened:
        opened.extractall(tree)
    for source in tree.rglob("*.py"):
        source.write_text("raise SystemExit('the source was compiled')")
    done = subprocess.run(
        [sys.executable, "-c", "import app; print(app.hello())"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("hello\n", "")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither order nor dates nor a second run show: code that is the same is not deployed anew."""
    files = SOURCES | KEPT
    first = _zip(tmp_path / "first.zip", files)
    second = _zip(tmp_path / "second.zip", dict(reversed(files.items())), date=2020)
    assert first.read_bytes() != second.read_bytes()
    for path in (first, second, second):
        archive.precompile(path)
    assert first.read_bytes() == second.read_bytes()


def test_files_are_readable_by_everyone(precompiled: zipfile.ZipFile) -> None:
    """Lambda runs as a user of its own."""
    modes = {entry.external_attr >> 16 & 0o777 for entry in precompiled.infolist()}
    assert modes == {0o644}


def test_a_module_that_does_not_compile_stops_the_deployment(tmp_path: Path) -> None:
    """And leaves the zip as it was."""
    path = _zip(tmp_path / "deployment.zip", {"app.py": "def"})
    before = path.read_bytes()
    with pytest.raises(DeploymentError, match="compile"):
        archive.precompile(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["deployment.zip"]


def test_this_pythons_runtime_is_accepted() -> None:
    """Chalice packs for the Python that runs it, and so does the byte code."""
    archive.check_runtimes([archive.this_runtime(), archive.this_runtime()])


@pytest.mark.parametrize("runtime", ["python3.1", "python3.99", "nodejs24.x"])
def test_another_runtime_is_refused(runtime: str) -> None:
    """Its Python would ignore the byte code without a word."""
    with pytest.raises(DeploymentError, match=runtime):
        archive.check_runtimes([archive.this_runtime(), runtime])
