"""Check an access token with PyJWT: pip install "pyjwt[crypto]"."""

import jwt


class AccessTokens:
    """Make one when the program starts: it keeps the server's keys in memory."""

    def __init__(self, issuer: str, audience: str) -> None:
        self.issuer = issuer
        self.audience = audience
        self.keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")

    def check(self, token: str, scope: str) -> dict:
        """The claims of a good token; jwt.PyJWTError for any other."""
        # An ID token has the same issuer and keys, and must not pass for an access token.
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        claims = jwt.decode(
            token,
            self.keys.get_signing_key_from_jwt(token),
            algorithms=["RS256", "ES256"],
            issuer=self.issuer,
            audience=self.audience,
            options={"require": ["exp", "iat", "sub", "client_id", "scope"]},
        )
        if scope not in claims["scope"].split():
            raise jwt.InvalidTokenError("insufficient_scope")
        return claims
