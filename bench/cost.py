"""US dollars per million requests of each flow: calls and units as counted, time as measured,
prices and what a call takes on AWS from prices.json, where each has its date and source."""

from __future__ import annotations

import json
import math

from bench.cloud import ROOT
from bench.report import Section
from bench.run import Figures

MILLION = 1_000_000


def measure(warm: Figures, calls: Figures) -> Figures:
    """From the figures of two other sections."""
    table = json.loads((ROOT / "bench/prices.json").read_text())
    memory = json.loads((ROOT / ".chalice/config.json").read_text())["lambda_memory_size"]
    costs = {
        flow: _of(each, warm["flows"][flow]["cpu_us"], memory, table)
        for flow, each in calls.items()
        if flow in warm["flows"]
    }
    return {"memory_mb": memory, "prices": table, "usd_per_million": costs}


def _of(calls: Figures, cpu_us: float, memory: int, table: Figures) -> dict[str, float]:
    price = {name: entry["price"] for name, entry in table["prices"].items()}
    assumed = table["assumed"]
    signed = sum(calls["signatures"].values())
    asked = sum(calls["calls"].values())
    waits = signed * assumed["kms_sign_ms"] + (asked - signed) * assumed["dynamodb_call_ms"]
    # Lambda bills whole milliseconds. At this memory a function has a whole processor.
    duration = math.ceil(cpu_us / 1000 + waits)
    rsa = sum(count for name, count in calls["signatures"].items() if name.startswith("RSA"))
    parts = {
        "api_gateway": price["api_gateway_rest_request"],
        "lambda": price["lambda_request"]
        + duration / 1000 * memory / 1024 * price["lambda_arm64_gb_second"],
        "dynamodb": calls["read_units"] * price["dynamodb_read_unit"]
        + calls["write_units"] * price["dynamodb_write_unit"],
        "kms": rsa * price["kms_sign_rsa_2048"] + (signed - rsa) * price["kms_sign_other"],
    }
    costs = {name: round(usd * MILLION, 2) for name, usd in parts.items()}
    return {**costs, "total": round(sum(parts.values()) * MILLION, 2), "billed_ms": duration}


def sections(found: Figures) -> list[Section]:
    """By service, and in sum."""
    names = ("api_gateway", "lambda", "dynamodb", "kms", "total")
    rows = [
        (flow, *(f"{each[name]:.2f}" for name in names), str(each["billed_ms"]))
        for flow, each in found["usd_per_million"].items()
    ]
    table = found["prices"]
    heads = ("request", "API Gateway", "Lambda", "DynamoDB", "KMS", "in all", "billed ms")
    notes = [
        f"List prices in {table['region']}, collected {table['collected']} (bench/prices.json); "
        f"{found['memory_mb']} MB of arm64.",
        f"Assumed: {table['assumed']['dynamodb_call_ms']} ms a call to DynamoDB, "
        f"{table['assumed']['kms_sign_ms']} ms a signature by KMS; not measured on AWS.",
    ]
    return [Section("Cost: US dollars per million requests", heads, rows, notes)]
