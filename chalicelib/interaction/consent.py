"""The consent step: what the client may do is the user's to say. RFC 6749 section 10.2."""

from __future__ import annotations

from .. import sessions
from ..asked import offers_refresh
from ..aws import authorization_requests
from ..errors import AccessDenied, ConsentRequired, OAuthError
from ..http import Parameters, Request, Response
from ..protocol import consent as consents
from ..protocol import redirect_uri, scope
from ..records.consent import Consent
from ..services import Services
from ..settings import DAY, HOUR, MINUTE
from ..situation import Situation, by_audience, could_be_an_impostor, names_who_is_signed_in
from ..values import replace


def needed(situation: Situation, services: Services) -> bool:
    """Nothing on record covers what is asked, or the record must not be relied on."""
    asked, waiting, user = situation.asked, situation.waiting, situation.user
    if waiting is not None and user is not None and waiting.consented_user == user.user_id:
        return False
    if "consent" in asked.prompt or could_be_an_impostor(asked):
        return True
    if asked.client.first_party:
        return False
    if asked.authorization_details:
        return True  # each time: nobody agrees to every payment by one (docs/decisions/0037)
    given = situation.consent.scopes if situation.consent else {}
    return not consents.covers(given, by_audience(situation, services))


def refusal() -> OAuthError:
    """OpenID Connect Core section 3.1.2.6."""
    return ConsentRequired()


def show(situation: Situation, services: Services) -> Response:
    """Who asks, for what, where the answer goes, and for how long."""
    from ..pages import render

    asked = situation.asked
    assert situation.user is not None
    assert situation.waiting is not None
    uri = asked.recipient.redirect_uri
    return render(
        "consent.html",
        product=services.settings.product_name,
        client={
            "client_name": asked.client.client_name or asked.client.client_id,
            "client_uri": asked.client.client_uri,
            "tos_uri": asked.client.tos_uri,
            "policy_uri": asked.client.policy_uri,
            "contacts": asked.client.contacts,
        },
        verified=asked.client.verified,
        published_at=asked.client.host,
        self_registered=asked.client.registered_by == "dynamic" and not asked.client.verified,
        username=situation.user.username,
        groups=_groups(situation, services),
        details=_details(situation),
        destination=redirect_uri.destination(uri),
        to_this_device=redirect_uri.reaches_an_app(uri),
        offline=offers_refresh(asked),
        lifetime=_lifetime(situation, services),
        action=services.settings.url("/authorize/consent"),
        interaction=situation.waiting.request_id,
        csrf=situation.csrf,
        account_shown=situation.account,
        error=None,
    )


def submit(
    form: Parameters, situation: Situation, request: Request, services: Services
) -> Response | tuple[tuple[str, str], ...]:
    """Allow, deny, or change the account. A form without a decision is shown again."""
    decision = form.get("decision")
    if not names_who_is_signed_in(form, situation):
        return show(situation, services)
    if decision == "switch":
        return (sessions.end(request, services),)
    if decision not in ("allow", "deny"):
        return show(situation, services)
    assert situation.user is not None
    assert situation.waiting is not None
    details = {"sub": situation.user.subject, "client_id": situation.asked.client.client_id}
    asked = situation.asked.consent_scope
    chosen = scope.keep(asked, {*form.all("scope"), *consents.REQUIRED})
    ticked, wanted = form.all("authorization_detail"), len(situation.asked.authorization_details)
    kept = tuple(place for place in range(wanted) if str(place) in ticked)
    enough = consents.is_enough(asked, chosen, wanted, len(kept))
    if decision == "deny" or not enough:
        services.log.event("consent.denied", **details)
        raise AccessDenied
    authorization_requests.consent(
        services.table, situation.waiting, situation.user.user_id, chosen, kept
    )
    if not could_be_an_impostor(situation.asked):
        services.table.put(_recorded(situation, chosen, services))
    services.log.event("consent.granted", scope=scope.join(chosen), **details)
    return ()


def _recorded(situation: Situation, chosen: tuple[str, ...], services: Services) -> Consent:
    assert situation.user is not None
    now = services.now()
    before = situation.consent or Consent(
        user_id=situation.user.user_id,
        client_id=situation.asked.client.client_id,
        scopes={},
        since=now,
        last_used=now,
    )
    merged = consents.merge(before.scopes, by_audience(situation, services), chosen)
    return replace(before, scopes=merged, last_used=now)


def _groups(situation: Situation, services: Services) -> list[dict[str, object]]:
    """The scopes as the page lists them: what this server tells, then each resource."""
    asked = situation.asked
    sources = [("Your account", scope.OPENID)]
    sources += [(resource.name, dict(resource.scopes)) for resource in asked.resources]
    groups: list[dict[str, object]] = []
    for title, words in sources:
        lines = [
            {
                "value": name,
                "description": words[name],
                "required": name in consents.REQUIRED,
                "checked": True,
            }
            for name in asked.consent_scope
            if name in words
        ]
        if lines:
            groups.append({"title": title, "scopes": lines})
    return groups


def _details(situation: Situation) -> list[dict[str, object]]:
    """The authorization details as the page lists them, each by its place in the request."""
    asked = situation.asked
    if not asked.authorization_details:
        return []
    from ..protocol import authorization_details as rich
    from ..protocol import detail_words

    lines: list[dict[str, object]] = []
    for place, detail in enumerate(asked.authorization_details):
        owners = [resource for resource in asked.resources if rich.belongs(detail, resource)]
        words = rich.words_of(owners[0], detail["type"])
        schema = rich.schema_of(owners[0], detail["type"])
        lines.append(
            {
                "value": place,
                "title": ", ".join(owner.name for owner in owners),
                "sentence": detail_words.sentence(words, detail),
                "rest": detail_words.rest(words, detail, schema),
            }
        )
    return lines


def _lifetime(situation: Situation, services: Services) -> str:
    lifetimes = services.settings.lifetimes
    shortest = [
        resource.access_token_lifetime or lifetimes.access_token
        for resource in situation.asked.resources
    ] or [lifetimes.access_token]
    words = _duration(max(shortest))
    if not offers_refresh(situation.asked):
        return words
    return f"{words}, renewed for up to {_duration(lifetimes.grant)}"


def _duration(seconds: int) -> str:
    for size, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"
