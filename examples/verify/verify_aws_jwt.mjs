// Check an access token with aws-jwt-verify: npm install aws-jwt-verify
import { JwtVerifier } from "aws-jwt-verify";

// Make one when the program starts: it keeps the server's keys in memory.
// `await accessTokens(...).verify(token)` gives the claims of a good token; any other is an error.
export function accessTokens(issuer, audience, scope) {
  return JwtVerifier.create({
    issuer,
    audience,
    scope,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    customJwtCheck: ({ header, payload }) => {
      // An ID token has the same issuer and keys, and must not pass for an access token.
      if (header.typ !== "at+jwt") throw new Error("not an access token");
      // The library checks exp when it is there; a token without one would live for ever.
      if (payload.exp === undefined) throw new Error("no exp");
    },
  });
}
