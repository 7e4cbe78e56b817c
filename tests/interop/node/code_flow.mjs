// openid-client, from discovery to revocation. Standard input: a line with the settings as JSON,
// then a line with the URL at which the browser arrived. Standard output: the authorization URL on
// a line, then what came of it as JSON.
import { createInterface } from "node:readline/promises";
import { importJWK } from "jose";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => (await lines.next()).value;

const settings = JSON.parse(await line());
const keyPair = async ({ jwk, alg }) => {
  const [key, kid] = [await importJWK(jwk, alg), jwk.kid];
  return openid.PrivateKeyJwt({ key, kid });
};
const methods = {
  client_secret_basic: openid.ClientSecretBasic,
  client_secret_post: openid.ClientSecretPost,
  none: openid.None,
};
const method =
  settings.method === "private_key_jwt"
    ? await keyPair(settings)
    : methods[settings.method](settings.client_secret);
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  {},
  method,
  { algorithm: settings.algorithm, execute: [openid.allowInsecureRequests] },
);
const signsIn = settings.scope.split(" ").includes("openid");
// Checks the ID token's signature too, although it came over a connection to the server itself.
if (signsIn) openid.enableNonRepudiationChecks(config);

const verifier = openid.randomPKCECodeVerifier();
const state = openid.randomState();
const nonce = signsIn ? openid.randomNonce() : undefined;
const url = openid.buildAuthorizationUrl(config, {
  redirect_uri: settings.redirect_uri,
  scope: settings.scope,
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  ...(signsIn ? { nonce } : {}),
});
console.log(url.href);

const said = (error) => error.error ?? error.cause?.error ?? String(error);
const tokens = await openid.authorizationCodeGrant(config, new URL(await line()), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: signsIn,
});
const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
const introspect = async () => {
  try {
    return await openid.tokenIntrospection(config, refreshed.access_token);
  } catch (error) {
    return said(error);
  }
};
const before = await introspect();
await openid.tokenRevocation(config, refreshed.refresh_token);
const after = await introspect();
const again = await openid.refreshTokenGrant(config, refreshed.refresh_token).catch(said);

console.log(
  JSON.stringify({ tokens, claims: tokens.claims(), nonce, refreshed, before, after, again }),
);
process.exit(0);
