// openid-client with everything that FAPI 2.0 combines. Standard input: a line with the settings as
// JSON, then a line with what the browser brought back: a URL, or a URL and a form. Standard output:
// the authorization URL, then what came of it as JSON.
import { request } from "node:https";
import { createInterface } from "node:readline/promises";
import { importJWK } from "jose";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);

const settings = await read();
const { alg, metadata, redirect_uri } = settings;
const signing = async (jwk) => ({ key: await importJWK(jwk, jwk.alg), kid: jwk.kid });

// fetch with a client certificate, which that of Node.js does not take.
const certified = (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method, headers, ...settings.tls }, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const init = { status: answer.statusCode, headers: answer.headers };
      resolve(new Response(Buffer.concat(chunks), init));
    });
    call.on("error", reject);
    call.end(body === undefined ? undefined : String(body));
  });
const called = [];
const refused = [];
const calling = async (url, options) => {
  called.push(url);
  const answer = await (url.startsWith("https:") ? certified(url, options) : fetch(url, options));
  if (answer.status >= 400) refused.push((await answer.clone().json()).error);
  return answer;
};

const byCertificate = metadata.token_endpoint_auth_method !== "private_key_jwt";
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  metadata,
  byCertificate ? openid.TlsClientAuth() : openid.PrivateKeyJwt(await signing(settings.jwk)),
  { execute: [openid.allowInsecureRequests], [openid.customFetch]: calling },
);
openid.enableNonRepudiationChecks(config);
if (settings.mode.endsWith("jwt")) openid.useJwtResponseMode(config);

const DPoP = metadata.dpop_bound_access_tokens
  ? openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg))
  : undefined;
const options = { DPoP };
const verifier = openid.randomPKCECodeVerifier();
const state = openid.randomState();
const nonce = openid.randomNonce();
let parameters = new URLSearchParams({
  redirect_uri,
  scope: "openid email",
  response_mode: settings.mode,
  state,
  nonce,
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  ...(DPoP ? { dpop_jkt: await DPoP.calculateThumbprint() } : {}),
});
let url = openid.buildAuthorizationUrl(config, parameters);
if (settings.request === "pushed and signed") {
  const key = await signing(settings.requestJwk);
  url = await openid.buildAuthorizationUrlWithJAR(config, parameters, key);
}
if (settings.request !== "plain") {
  url = await openid.buildAuthorizationUrlWithPAR(config, url.searchParams, options);
}
console.log(url.href);

const came = await read();
const arrived =
  came.form === undefined
    ? new URL(came.url)
    : new Request(came.url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: came.form,
      });
const checks = {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
};
const tokens = await openid.authorizationCodeGrant(config, arrived, checks, {}, options);
const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token, {}, options);
const { sub } = tokens.claims();
const told = await openid.fetchUserInfo(config, refreshed.access_token, sub, options);

// The same token from one that holds neither the key nor the certificate.
const headers = { authorization: `Bearer ${refreshed.access_token}` };
const { status: alone } = await fetch(`${settings.issuer}/userinfo`, { headers });
const jkt = DPoP && (await DPoP.calculateThumbprint());
console.log(JSON.stringify({ tokens, refreshed, told, alone, jkt, called, refused }));
process.exit(0);
