"""What the project aims at, and what this run reached. An aim that was not measured has no row."""

from __future__ import annotations

from collections.abc import Callable

from bench.flows import TOKEN
from bench.report import Section
from bench.run import Figures

Reach = Callable[[Figures], float]


def _cold(row: str) -> Reach:
    def reached(found: Figures) -> float:
        naive: float = found["cold"]["naive, first token"]["wall_ms"]
        return float(found["cold"][row]["wall_ms"] / naive)

    return reached


def _warm(way: str) -> Reach:
    def reached(found: Figures) -> float:
        flows = found["warm"]["flows"]
        return float(flows[f"{TOKEN}, {way}"]["cpu_us"] / flows["oidc-provider"]["cpu_us"])

    return reached


AIMS: tuple[tuple[str, str, float, Reach], ...] = (
    ("cold first token, kms RS256", "of naive", 0.25, _cold("first token, kms RS256")),
    ("cold metadata", "of naive", 0.15, _cold("metadata")),
    ("cold JWKS", "of naive", 0.15, _cold("JWKS")),
    ("warm token, kms RS256", "of oidc-provider's CPU", 1.5, _warm("kms RS256")),
    ("warm token, kms-data-key ES256", "of oidc-provider's CPU", 1.0, _warm("kms-data-key ES256")),
    ("deployment.zip", "MB", 8.0, lambda found: found["size"]["zip_bytes"] / 1e6),
)


def sections(figures: Figures) -> list[Section]:
    """Each aim with what was reached."""
    rows = []
    for name, unit, most, reach in AIMS:
        try:
            reached = reach(figures)
        except KeyError:
            continue
        verdict = "yes" if reached <= most else "not yet"
        rows.append((name, f"{reached:.2f}", f"{most:.2f}", unit, verdict))
    heads = ("aim", "reached", "at most", "", "")
    return [Section("Aims", heads, rows)] if rows else []
