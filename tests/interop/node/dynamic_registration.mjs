// openid-client registers itself, unmodified, then signs a user in with what it was told. Standard
// input: a line with the settings as JSON, then a line with the URL at which the browser arrived.
// Standard output: the authorization URL, then what came of it as JSON.
import { createInterface } from "node:readline/promises";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => (await lines.next()).value;

const settings = JSON.parse(await line());
// RFC 7591 section 2: client_secret_basic, where the metadata say nothing.
const method = settings.metadata.token_endpoint_auth_method ?? "client_secret_basic";
const authentication = {
  none: openid.None,
  client_secret_basic: openid.ClientSecretBasic,
  client_secret_post: openid.ClientSecretPost,
};
const config = await openid.dynamicClientRegistration(
  new URL(settings.issuer),
  settings.metadata,
  authentication[method](),
  { execute: [openid.allowInsecureRequests], initialAccessToken: settings.initial_access_token },
);
const verifier = openid.randomPKCECodeVerifier();
const nonce = openid.randomNonce();
const url = openid.buildAuthorizationUrl(config, {
  redirect_uri: settings.metadata.redirect_uris[0],
  scope: "openid read",
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  nonce,
});
console.log(url.href);

const arrived = new URL(await line());
const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true };
const tokens = await openid.authorizationCodeGrant(config, arrived, checks);
const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
console.log(JSON.stringify({ client: config.clientMetadata(), tokens, refreshed }));
process.exit(0);
