"""The house as it is built: floors, tables of members, sizes. CONTRIBUTING.md draws it.

Imports are read with `ast`, those inside functions as well; nothing of the server is run.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chalicelib.client_authentication import METHODS
from chalicelib.console import PAGES
from chalicelib.endpoints import ENDPOINTS
from chalicelib.grants import GRANT_TYPES
from chalicelib.interaction import STEPS
from chalicelib.routes import ROUTES

ROOT = Path(__file__).resolve().parents[1]
# From the ground up; a module stands on lower lines only. What shares a line knows nothing of each
# other. The rules lie below the world: reading and writing a grant or a keyring follows them.
FLOORS = (
    "values",  # 0: words
    "errors encoding modules error_entry native_schemes",
    "registration_error_reference registration_errors",
    "error_reference",
    "http settings records",  # 1: values
    "protocol",  # 2: rules
    "aws pages",  # 2: the world
    "fetching",
    "client_keys",
    "services",  # 3
    "client_certificates own_pages",
    # 4: proofs and tokens
    "asked authentication lapsing possession sessions subjects throttling token_status tokens",
    "answers client_authentication logout_delivery request_objects signing_out verification",
    "situation subject_links user_grants",
    "grants interaction pushed_requests rotation",  # 5: flows
    # What may be registered depends on the grant types and methods there are.
    "registration",
    "administration client_documents",
    "applications trials visits",
    "console",
    "report",
    "software_statements",
    "registration_messages",
    "endpoints",  # 6: doors
    "routes",  # 7
    "function",
    "chalice_app",
    "warm_up",
    "app",
)
HEIGHT = {name: height for height, line in enumerate(FLOORS) for name in line.split()}
TABLES = {table.package: table for table in (METHODS, ENDPOINTS, GRANT_TYPES, PAGES, STEPS)}
MOST_LINES = 300

# To talk to others over a network.
NETWORK = {"http.client", "urllib.request", "socket", "ssl", "asyncio", "boto3", "botocore"}
# To know what changes from one call to the next.
IMPURE = {"time", "random", "secrets", "os", "threading", "logging"}


def module_name(path: Path) -> str:
    """The dotted name of a file of the project."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def shown(path: Path) -> str:
    """How a test's name shows a file."""
    return str(path.relative_to(ROOT))


def python_files(*places: str) -> list[Path]:
    """The files of some folders, or a file."""
    found = [ROOT / place for place in places]
    return sorted(
        path
        for place in found
        for path in (place.rglob("*.py") if place.is_dir() else [place])
        if "node_modules" not in path.parts
    )


SERVER = {module_name(path): path for path in python_files("chalicelib", "app.py")}
KIT = {module_name(path): path for path in python_files("postern_verifier")}
WRITTEN = python_files(
    *("chalicelib", "infra", "postern_verifier", "examples/api", "examples/mcp"),
    *("tests", "bench", "app.py"),
)


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, nodes: Iterator[ast.AST] | None = None) -> set[str]:
    """The full names that a file imports, wherever in it, or at these nodes."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in nodes or ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def uses(path: Path, libraries: set[str]) -> set[str]:
    """Which of these libraries a file imports."""
    names = imported(path)
    return {one for one in libraries for name in names if f"{name}.".startswith(f"{one}.")}


def own_imports(path: Path) -> set[str]:
    """The modules of the server that a file imports; a name in a module counts as the module."""
    names = {name for name in imported(path) if name.split(".")[0] == "chalicelib"}
    return {name if name in SERVER else name.rpartition(".")[0] for name in names}


def unit(name: str) -> str:
    """What stands on a floor: `chalicelib.aws.table` belongs to `aws`."""
    return name.removeprefix("chalicelib.").split(".")[0]


def test_everything_has_a_floor() -> None:
    """And every line of the table is about something that is there."""
    assert {unit(name) for name in SERVER} - {"chalicelib"} == set(HEIGHT)


@pytest.mark.parametrize("name", SERVER)
def test_no_arrow_climbs(name: str) -> None:
    """A module imports from lower floors, or from its own package."""
    mine = unit(name)
    others = {unit(other) for other in own_imports(SERVER[name])} - {mine, "chalicelib"}
    climbing = {other for other in others if HEIGHT[other] >= HEIGHT[mine]}
    assert not climbing, f"{name} imports {climbing}"


def test_nothing_goes_round_in_circles() -> None:
    """Within a package as well."""
    waiting = {name: own_imports(path) - {name} for name, path in SERVER.items()}
    # A package's face is loaded first in any case.
    waiting = {
        name: {other for other in others if not name.startswith(f"{other}.")}
        for name, others in waiting.items()
    }
    while free := [name for name, others in waiting.items() if not others & set(waiting)]:
        for name in free:
            del waiting[name]
    assert not waiting


@pytest.mark.parametrize("package", TABLES)
def test_members_do_not_know_each_other(package: str) -> None:
    """What two of them share goes down a floor; their table names them and imports none."""
    members = {name for name in SERVER if name.startswith(f"{package}.")}
    for name in (package, *members):
        assert not own_imports(SERVER[name]) & members, name


@pytest.mark.parametrize("package", TABLES)
def test_every_member_is_registered_once(package: str) -> None:
    """A file in the folder is a line in the table, and the reverse."""
    files = {name.rpartition(".")[2] for name in SERVER if name.startswith(f"{package}.")}
    assert sorted(TABLES[package].members.values()) == sorted(files)


def test_every_endpoint_has_a_path() -> None:
    """A door that no route leads to is dead, and a route must lead to a door."""
    assert {route.endpoint for route in ROUTES} == set(ENDPOINTS)


@pytest.mark.parametrize(
    ("libraries", "allowed"),
    [
        ({"chalice"}, {"chalice_app"}),
        # Documents of clients are not AWS's, and need the care of their own that fetching.py takes.
        (NETWORK, {"aws", "fetching"}),
        ({"jinja2", "markupsafe"}, {"pages"}),
        ({"infra", "tests", "bench", "postern_verifier", "examples"}, set()),
        ({"boto3", "botocore", "jwt", "requests", "urllib3", "moto", "hypothesis"}, set()),
    ],
    ids=["chalice", "network", "jinja2", "our own tools", "development"],
)
def test_who_may_import(libraries: set[str], allowed: set[str]) -> None:
    """Chalice at the top, the network in aws/ and fetching, templates in pages, tools nowhere."""
    found = {unit(name) for name, path in SERVER.items() if uses(path, libraries)}
    assert found <= allowed


@pytest.mark.parametrize("name", [name for name in SERVER if unit(name) in ("protocol", "records")])
def test_rules_and_records_are_pure(name: str) -> None:
    """No clock, no randomness, no environment: they are arguments."""
    assert not uses(SERVER[name], IMPURE)


@pytest.mark.parametrize("name", SERVER)
def test_heavy_libraries_are_imported_where_they_are_used(name: str) -> None:
    """Inside a function, so that only the door that needs one pays for it."""
    on_import = set()
    for node in tree(SERVER[name]).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            on_import |= imported(SERVER[name], iter([node]))
    heavy = {one for one in on_import if one.startswith(("cryptography", "chalicelib.pages"))}
    assert not heavy, f"{name} imports {heavy} when it is imported itself"


@pytest.mark.parametrize("name", KIT)
def test_the_kit_stands_alone(name: str) -> None:
    """It is another package: of others it needs cryptography, and Chalice in its one adapter."""
    allowed = {*sys.stdlib_module_names, "cryptography", "postern_verifier"}
    if name == "postern_verifier.adapters.chalice":
        allowed |= {"chalice"}
    assert {one.split(".")[0] for one in imported(KIT[name])} <= allowed


@pytest.mark.parametrize("name", [name for name in KIT if ".adapters" not in name])
def test_the_kit_does_not_know_its_adapters(name: str) -> None:
    """Whoever imports it pays for no framework."""
    assert not uses(KIT[name], {"postern_verifier.adapters"})


@pytest.mark.parametrize("path", WRITTEN, ids=shown)
def test_a_file_says_what_it_is_and_is_short(path: Path) -> None:
    """It opens with a docstring, and a reader sees its end."""
    assert ast.get_docstring(tree(path))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_median_file_fits_on_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """60 to 90 lines is the aim."""
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in SERVER.values()]
    median = statistics.median(lengths)
    with capsys.disabled():
        sys.stdout.write(f"\nserver: {len(lengths)} files, median of {median:g} lines\n")
    assert median <= 90


@pytest.mark.parametrize("path", python_files("tests"), ids=shown)
def test_no_test_patches_the_server(path: Path) -> None:
    """AWS is emulated over its endpoint; the rest comes in as arguments."""
    assert not uses(path, {"unittest.mock", "mock"})
    calls = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not calls & {"monkeypatch.setattr", "monkeypatch.setitem", "monkeypatch.delattr"}
