// openid-client with DPoP: code, refresh and userinfo, with nonces, which it fetches and keeps by
// itself. Standard input: a line with the settings as JSON, then a line with the URL at which the
// browser arrived. Standard output: the authorization URL, then what came of it as JSON.
import { createInterface } from "node:readline/promises";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => (await lines.next()).value;

const settings = JSON.parse(await line());
const authentication = settings.client_secret
  ? openid.ClientSecretBasic(settings.client_secret)
  : openid.None();
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  {},
  authentication,
  { execute: [openid.allowInsecureRequests] },
);
const refused = [];
config[openid.customFetch] = async (url, options) => {
  const response = await fetch(url, options);
  if (response.status >= 400) {
    const { error } = await response.clone().json();
    refused.push(`${new URL(url).pathname} ${response.status} ${error}`);
  }
  return response;
};

const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(settings.alg));
const other = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(settings.alg));
const jkt = await DPoP.calculateThumbprint();
const verifier = openid.randomPKCECodeVerifier();
const nonce = openid.randomNonce();
const parameters = {
  redirect_uri: settings.redirect_uri,
  scope: "openid email",
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  nonce,
};
const url = settings.pushed
  ? await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  : openid.buildAuthorizationUrl(config, { ...parameters, dpop_jkt: jkt });
console.log(url.href);

const arrived = new URL(await line());
const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true };
const said = (error) => error.error ?? error.cause?.error ?? String(error);
const redeem = (handle) => {
  const options = handle ? { DPoP: handle } : {};
  return openid.authorizationCodeGrant(config, arrived, checks, {}, options);
};
const stolen = await redeem(other).catch(said);
const tokens = await redeem(DPoP);
const refresh = (handle) =>
  openid.refreshTokenGrant(config, tokens.refresh_token, {}, handle ? { DPoP: handle } : {});
const refreshed = await refresh(DPoP);
const bare = await refresh().catch(said);
const { sub } = tokens.claims();
const told = await openid.fetchUserInfo(config, refreshed.access_token, sub, { DPoP });
const asBearer = await openid
  .fetchProtectedResource(config, refreshed.access_token, new URL(`${settings.issuer}/userinfo`), "GET")
  .then((response) => response.status)
  .catch((error) => error.status ?? String(error));

console.log(
  JSON.stringify({ jkt, stolen, tokens, refreshed, bare, told, asBearer, refused }),
);
process.exit(0);
