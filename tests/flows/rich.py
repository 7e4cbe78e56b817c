"""Resources that define types of authorization details, and requests that ask for some."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.administration import clients, resources
from tests.browser import Browser
from tests.reply import Reply, claims
from tests.world import World

API = "https://api.example.com"
BANK = "https://bank.example.com"
SHOP = "https://shop.example.com"
MACHINE = ("demomachine", "demomachinesecret")
TEXT = {"type": "string", "minLength": 1, "maxLength": 100}
TEXTS = {"type": "array", "items": TEXT, "maxItems": 50}
CURRENCIES = ["EUR", "USD"]
# RFC 9396, figures 2 and 3, so far as they go.
PAYMENT_TYPE: Mapping[str, Any] = {
    "description": "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName}",
    "schema": {
        "type": "object",
        "properties": {
            "instructedAmount": {
                "type": "object",
                "properties": {
                    "currency": {"type": "string", "enum": CURRENCIES},
                    "amount": {"type": "string", "maxLength": 18},
                },
                "required": ["currency", "amount"],
                "additionalProperties": False,
            },
            "creditorName": {**TEXT, "title": "Who is paid"},
            "creditorAccount": {"type": "object", "properties": {"iban": TEXT}},
            "remittance": {"type": "string", "title": "Message", "maxLength": 2000},
            "locations": TEXTS,
            "actions": {
                "type": "array",
                "items": {"type": "string", "enum": ["initiate", "status"]},
            },
            "times": {"type": "integer", "minimum": 1, "maximum": 12},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "instant": {"type": "boolean"},
            "steps": {
                "type": "array",
                "maxItems": 3,
                "items": {"type": "object", "properties": {"day": {"type": "integer"}}},
            },
        },
        "required": ["instructedAmount", "creditorName"],
    },
}
ACCOUNT_TYPE: Mapping[str, Any] = {
    "description": "See your account: {actions}",
    "schema": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("actions", "locations", "datatypes", "privileges"), TEXTS),
            "identifier": TEXT,
        },
    },
}
TYPES = {"payment_initiation": PAYMENT_TYPE, "account_information": ACCOUNT_TYPE}

PAYMENT: dict[str, Any] = {
    "type": "payment_initiation",
    "actions": ["initiate", "status"],
    "instructedAmount": {"currency": "EUR", "amount": "123.50"},
    "creditorName": "Merchant A",
    "creditorAccount": {"iban": "DE02100100109307118603"},
    "remittance": "Ref Number Merchant",
}
RENT: dict[str, Any] = {
    "type": "payment_initiation",
    "instructedAmount": {"currency": "EUR", "amount": "900.00"},
    "creditorName": "Landlord",
}
ACCOUNT: dict[str, Any] = {"type": "account_information", "actions": ["list", "read_balances"]}
ORDER: dict[str, Any] = {"type": "order", "identifier": "o-7"}


def text(*details: Mapping[str, Any]) -> str:
    """The parameter."""
    return json.dumps(details)


def define(world: World) -> World:
    """The demo API and a bank define the same types, and a shop one of its own."""
    resources.update(API, {"authorization_details_types": TYPES}, world.services)
    bank = {"resource": BANK, "name": "Bank", "scopes": {"balance": "See your balance"}}
    resources.create({**bank, "authorization_details_types": {}}, world.services)
    order = {"order": {"description": "Order {identifier}", "schema": ACCOUNT_TYPE["schema"]}}
    shop = {"resource": SHOP, "name": "Shop", "scopes": {"browse": "See the shop"}}
    resources.create({**shop, "authorization_details_types": order}, world.services)
    types = [*TYPES, "order", "unknown"]
    uris = [API, BANK, SHOP]
    machine = {"authorization_details_types": types, "allowed_resources": uris, "scope": None}
    clients.update("demomachine", machine, world.services)
    clients.update("demoweb", {"allowed_resources": uris}, world.services)
    world.clock.forward(1)
    world.restart()
    return world


def granted(world: World, *details: Mapping[str, Any], **changes: str | None) -> dict[str, Any]:
    """What a code flow with these gives, after the user agreed to everything."""
    return world.tokens(authorization_details=text(*details), **changes)


def refused(world: World, browser: Browser | None = None, **changes: str | None) -> dict[str, str]:
    """What a request is answered, with no page before."""
    browser = (browser or world.browser()).open(world.authorize_url(**changes))
    assert browser.arrived is not None, "a page was shown"
    return browser.arrived


def machine(world: World, *details: Mapping[str, Any], **form: str) -> Reply:
    """A client that acts for itself asks for these."""
    asked = {"authorization_details": text(*details)} if details else {}
    return world.post("/token", {"grant_type": "client_credentials", **asked, **form}, auth=MACHINE)


def carried(answer: Mapping[str, Any]) -> Any:
    """The details of a token: the answer and the token say the same."""
    told = answer.get("authorization_details")
    assert claims(answer["access_token"]).get("authorization_details") == told
    return told
