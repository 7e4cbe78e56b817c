// Check an access token with jose: npm install jose
import { createRemoteJWKSet, jwtVerify } from "jose";

// Make one when the program starts: it keeps the server's keys in memory.
export function accessTokens(issuer, audience) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

  // The claims of a good token; any other is an error.
  return async function check(token, scope) {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      // An ID token has the same issuer and keys, and must not pass for an access token.
      typ: "at+jwt",
      requiredClaims: ["exp", "iat", "sub", "client_id", "scope"],
    });
    if (!payload.scope.split(" ").includes(scope)) throw new Error("insufficient_scope");
    return payload;
  };
}
