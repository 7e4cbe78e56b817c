"""`make bench` runs, and its report has every figure; what the figures are is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import document
from bench.__main__ import sections
from bench.cloud import ROOT, WAYS
from bench.cold import QUICK
from bench.flows import BEARER, EXCHANGE, FLOWS, NAIVE, TOKEN
from bench.growth import USER_REVOKED
from bench.oidc_provider import LEFT_OUT, without

# All but the package, which takes an index of packages to build: tests/infra/deployment does.
PARTS = ("cold", "first-token", "warm", "calls", "growth", "profile")

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """One quick run, as JSON."""
    command = [sys.executable, "-m", "bench", "--quick", "--json", "--only", ",".join(PARTS)]
    said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=300)
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_every_part_is_measured(figures: dict[str, Any]) -> None:
    """And what follows from two of them: whole flows, and the cost."""
    assert list(figures) == ["run", *PARTS, "whole", "cost"]


def test_a_cold_start_has_its_time_and_memory(figures: dict[str, Any]) -> None:
    """Of bare Python, of the baseline and of ours, also by what is good for a minute only."""
    assert list(figures["cold"]) == [row.name for row in QUICK]
    for row in figures["cold"].values():
        assert row["wall_ms"] > 0
        assert row["cpu_ms"] > 0


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_has_its_cpu_time_calls_and_cost(figures: dict[str, Any], flow: str) -> None:
    """Every flow, in the three parts that speak of it."""
    assert figures["warm"]["flows"][flow]["cpu_us"] > 0
    assert "calls" in figures["calls"][flow]
    assert figures["cost"]["usd_per_million"][flow]["total"] > 3.5


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_only_a_token_of_a_kms_key_asks_kms(figures: dict[str, Any], way: Any) -> None:
    """A warm client_credentials token is one signature, or none where the data key is at hand."""
    calls = figures["calls"][f"{TOKEN}, {way.name}"]["calls"]
    assert calls == ({"Sign": 1} if way.mode == "kms" else {})


@pytest.mark.parametrize(
    ("plain", "proofs", "count"),
    [
        (NAIVE, "DPoP", 1),
        (NAIVE, "private_key_jwt", 1),
        ("/token, refresh", "DPoP", 1),
        ("/par", "private_key_jwt, DPoP", 2),
        ("/token, code", "private_key_jwt, DPoP", 2),
    ],
)
def test_a_proof_is_one_write_more(
    figures: dict[str, Any], plain: str, proofs: str, count: int
) -> None:
    """An assertion or a DPoP proof is good once, which takes a PutItem and nothing else."""
    before, after = (figures["calls"][name] for name in (plain, f"{plain}, {proofs}"))
    puts = before["calls"].get("PutItem", 0) + count
    assert after["calls"] == {**before["calls"], "PutItem": puts}
    assert after["read_units"] == before["read_units"]
    assert after["write_units"] == before["write_units"] + count


def test_an_assertion_about_a_user_is_a_mark_and_a_grant(figures: dict[str, Any]) -> None:
    """By jwt-bearer: the link and its user are read, two items written."""
    assert figures["calls"][BEARER]["calls"] == {"GetItem": 2, "PutItem": 2, "Sign": 1}


def test_an_exchange_writes_nothing(figures: dict[str, Any]) -> None:
    """It is one read and one signature."""
    assert figures["calls"][EXCHANGE]["calls"] == {"BatchGetItem": 1, "Sign": 1}


def test_a_whole_flow_is_the_sum_of_its_requests(figures: dict[str, Any]) -> None:
    """Calls, units and CPU time."""
    for flow in figures["whole"].values():
        asked = [figures["calls"][name] for name in flow["requests"]]
        warm = [figures["warm"]["flows"][name]["cpu_us"] for name in flow["requests"]]
        total = sum(sum(each["calls"].values()) for each in asked)
        assert sum(flow["calls"].values()) == total
        assert flow["write_units"] == sum(each["write_units"] for each in asked)
        assert flow["cpu_us"] == pytest.approx(sum(warm))


def test_who_revokes_a_user_reads_no_grant(figures: dict[str, Any]) -> None:
    """One write; a query for the resources, and one for the sessions."""
    for found in figures["growth"]["users"][USER_REVOKED].values():
        assert found["write_units"] == 1
        assert found["calls"]["Query"] == 2


def test_growth_is_flat_in_calls_and_units(figures: dict[str, Any]) -> None:
    """Neither depends on the number of grants, nor on the rotations of a family."""
    for part in figures["growth"].values():
        for name, by_size in part.items():
            few, many = by_size.values()
            for member in ("calls", "read_units", "write_units"):
                assert few[member] == many[member], name


def test_oidc_provider_is_measured_or_left_out_in_words(figures: dict[str, Any]) -> None:
    """Its row is there wherever Node.js is."""
    reason = without()
    for part in ("first-token", "warm"):
        assert figures[part]["without_oidc_provider"] == reason
    assert ("oidc-provider" in figures["warm"]["flows"]) == (reason is None)


def test_a_machine_without_node_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that leaves Node.js out of the tests leaves it out of the bench."""
    monkeypatch.setenv(LEFT_OUT, "1")
    assert without() == f"{LEFT_OUT}=1: this machine does without Node.js"


def test_the_tables_show_every_part(figures: dict[str, Any]) -> None:
    """As text and for a page, each row as wide as its heads."""
    tables = sections(figures)
    assert len(tables) >= len(figures)
    for table in tables:
        assert table.title in table.text()
        assert {len(row) for row in table.rows} == {len(table.heads)}


def test_a_page_gets_the_tables_between_its_marks(tmp_path: Path) -> None:
    """And keeps the rest."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n")
    document.write(page, "| new |")
    text = page.read_text()
    assert "old" not in text
    assert text == f"before\n{document.BEGIN}\n\n| new |\n\n{document.END}\nafter\n"


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    """Rather than overwritten."""
    page = tmp_path / "page.md"
    page.write_text("words")
    with pytest.raises(ValueError, match="has no"):
        document.write(page, "| new |")
    assert page.read_text() == "words"


def test_the_page_of_the_project_has_the_marks() -> None:
    """So that a run can be written into it."""
    text = (ROOT / "docs/performance.md").read_text()
    assert text.index(document.BEGIN) < text.index(document.END)


@pytest.mark.parametrize("row", ["private_key_jwt", "DPoP", "/par", "jwt-bearer", "token-exchange"])
def test_the_page_of_the_project_says_what_a_row_is(row: str) -> None:
    """In its own words, outside of the tables."""
    text = (ROOT / "docs/performance.md").read_text()
    said = [line for line in text.partition(document.BEGIN)[0].split("\n- ") if "Rows with" in line]
    assert any(row in line.partition("**:")[0] for line in said)
    assert any(row in flow for flow in FLOWS)
