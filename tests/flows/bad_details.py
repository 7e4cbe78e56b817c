"""Authorization details that are not good, each one change away from good ones. RFC 9396.

By what is wrong: the text, the objects, their types, the schema, the place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.flows.rich import ACCOUNT, API, BANK, ORDER, PAYMENT, RENT, SHOP, text

DOLLARS = {"currency": "USD", "amount": "1"}


def changed(**members: Any) -> str:
    """The rent, with other members; None leaves one out."""
    merged = {**RENT, **members}
    return text({name: value for name, value in merged.items() if value is not None})


def raw(part: str) -> str:
    """The rent, with something in it that no JSON library writes."""
    return f"{text(RENT)[:-2]}, {part}}}]"


def amount(**members: Any) -> str:
    """The rent, with another amount."""
    return changed(instructedAmount={"currency": "EUR", "amount": "1", **members})


def sized(size: int) -> str:
    """One object that takes so many bytes in a token."""
    least = len(json.dumps([{**RENT, "remittance": ""}], separators=(",", ":")))
    return json.dumps([{**RENT, "remittance": "x" * (size - least)}])


TEXTS = {
    "words": "payment",
    "null": "null",
    "true": "true",
    "a number": "1",
    "a text": '"payment_initiation"',
    "an object": json.dumps(PAYMENT),
    "an array in a text": json.dumps(text(PAYMENT)),
    "single quotes": str([PAYMENT]),
    "cut off": text(PAYMENT)[:-1],
    "a comma at the end": f"{text(PAYMENT)[:-1]},]",
    "two arrays": text(PAYMENT) * 2,
    "a byte order mark": f"\ufeff{text(PAYMENT)}",
    "a comment": f"{text(PAYMENT)}//",
    "NaN": raw('"share": NaN'),
    "Infinity": raw('"share": Infinity'),
    "a number without an end": raw('"share": 1e999'),
    "a number of thousands of digits": raw(f'"times": {"9" * 3000}'),
    "type twice": f'[{{"type":"account_information",{text(RENT)[2:]}',
    "a member twice": raw('"creditorName": "Thief"'),
    "a member twice, deeper": raw('"creditorAccount": {"iban": "a", "iban": "b"}'),
    "a raw control character": raw('"remittance": "a\nb"'),
    "deep arrays": "[" * 2000 + "]" * 2000,
    "deep objects": raw('"steps": ' + '{"a":' * 200 + "1" + "}" * 200),
    "longer than 4096 characters": text(PAYMENT) + " " * 4096,
    "larger than 2048 bytes": sized(2049),
    "larger once it is ASCII": changed(remittance="é" * 400),
}
OBJECTS = {
    "nothing": "[]",
    "null in it": "[null]",
    "a text in it": '["payment_initiation"]',
    "an array in it": f"[{text(PAYMENT)}]",
    "an empty object": "[{}]",
    "no type": changed(type=None),
    "type null": raw('"x": 1').replace('"payment_initiation"', "null"),
    "type a number": changed(type=1),
    "type a list": changed(type=["payment_initiation"]),
    "17 of them": text(*[{"type": "account_information"}] * 17),
    "a bad one after a good one": text(PAYMENT, {"type": 1}),
}
KINDS = {
    "unknown": changed(type="unknown"),
    "empty": changed(type=""),
    "another case": changed(type="Payment_initiation"),
    "a blank": changed(type="payment_initiation "),
    "half a character": changed(type="\ud800"),
    "of another resource": text(ORDER),
    "of another resource, after a good one": text(PAYMENT, ORDER),
    "the name of a member of every object": changed(type="__class__"),
}
SCHEMAS = {
    "a member missing": changed(creditorName=None),
    "a member missing, deeper": changed(instructedAmount={"currency": "EUR"}),
    "an unknown member": changed(recurring=True),
    "an unknown member, deeper": amount(limit="1"),
    "an unknown member in a list": changed(steps=[{"day": 1, "hour": 2}]),
    "a member of every object": changed(__class__="x"),
    "a common member that the type does not have": changed(identifier="x"),
    "null": raw('"remittance": null'),
    "a number for a text": changed(creditorName=1),
    "an object for a text": changed(creditorName={"name": "x"}),
    "a text for an object": changed(instructedAmount="123.50"),
    "a list for an object": changed(instructedAmount=[DOLLARS]),
    "a text for a list": changed(actions="initiate"),
    "a number in a list of texts": changed(actions=["initiate", 1]),
    "a text for a number": changed(share="0.5"),
    "a text for a truth": changed(instant="true"),
    "a number for a truth": changed(instant=1),
    "a truth for a number": changed(times=True),
    "half for a whole number": changed(times=1.5),
    "none of the choices": amount(currency="GBP"),
    "none of the choices in a list": changed(actions=["initiate", "steal"]),
    "too short": changed(creditorName=""),
    "too long": changed(creditorName="x" * 101),
    "too many": changed(steps=[{}] * 4),
    "too small": changed(times=0),
    "too large": changed(times=13),
    "too large a fraction": changed(share=1.0001),
    "more than programs agree on": changed(steps=[{"day": 2**53}]),
    "an end of a line": changed(remittance="a\nb"),
    "a zero byte": changed(remittance="a\0b"),
    "half a character in a text": changed(remittance="\ud800"),
    "text that turns the direction": changed(creditorName="\u202e1 ot yaP"),
    "text that nobody sees": changed(creditorName="Land\u200blord"),
    "the schema of another type": text({**ACCOUNT, "type": "payment_initiation"}),
}
PLACES = {
    "another resource": changed(locations=[BANK]),
    "this one and another": changed(locations=[API, SHOP]),
    "an unknown one": changed(locations=["https://nowhere.example.com"]),
    "below it": changed(locations=[f"{API}/payments"]),
    "a text": changed(locations=API),
    "none": changed(locations=[]),
    "a number": changed(locations=[1]),
    "an object": changed(locations={"uri": API}),
    "null at its place": raw('"locations": null'),
}
BAD: Mapping[str, str] = {
    f"{family}: {name}": sent
    for family, table in (
        ("text", TEXTS),
        ("objects", OBJECTS),
        ("type", KINDS),
        ("schema", SCHEMAS),
        ("locations", PLACES),
    )
    for name, sent in table.items()
}
# At the edge, and good.
GOOD = {
    "as large as may be": sized(2048),
    "blanks around": f" \n{text(PAYMENT)}\t ",
    "escaped": text(PAYMENT).replace("Merchant", "\\u004derchant"),
    "not ASCII": changed(creditorName="Zoë Müller 株式会社"),
    "16 of them": text(*[{"type": "account_information"}] * 16),
    "both types": text(PAYMENT, ACCOUNT),
    "twice the same": text(RENT, RENT),
    "here": changed(locations=[API]),
    "here in another spelling": changed(locations=["HTTPS://API.example.com/"]),
    "at the bounds": changed(times=12, share=1, instant=False, steps=[{"day": -(2**53) + 1}]),
    "an empty list": changed(actions=[]),
    "no member but the type": text({"type": "account_information"}),
}
