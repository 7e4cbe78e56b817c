// openid-client as a relying party of OpenID Connect. Standard input: a line with the settings as
// JSON, then for each turn a line with its authorization parameters and checks, and one with what
// the browser brought back: the URL, or the URL and the form that was posted to it. Standard
// output: a line with the authorization URL and, at the end of the turn, one with what came of it.
import { createInterface } from "node:readline/promises";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
};
const write = (value) => console.log(JSON.stringify(value));

const settings = await read();
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  settings.metadata,
  openid.ClientSecretBasic(settings.client_secret),
  { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
);

// Who says how its answers are signed wants them signed, and takes no others.
if (settings.metadata.authorization_signed_response_alg) openid.useJwtResponseMode(config);

// The authorization URL, with the request as an object and pushed where the turn says so.
const authorizationUrl = async (wanted, key, push) => {
  let url = openid.buildAuthorizationUrl(config, wanted);
  if (key !== undefined) {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const signing = await crypto.subtle.importKey("jwk", key, curve, false, ["sign"]);
    url = await openid.buildAuthorizationUrlWithJAR(config, wanted, { key: signing, kid: key.kid });
  }
  return push ? openid.buildAuthorizationUrlWithPAR(config, url.searchParams) : url;
};

const failure = (error) => ({ error: error.error ?? error.cause?.error ?? String(error) });

const arrived = ({ url, form }) =>
  form === undefined
    ? new URL(url)
    : new Request(url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form,
      });

const turn = async ({ parameters, maxAge, refresh, key, push }) => {
  if (refresh !== undefined) return { tokens: await openid.refreshTokenGrant(config, refresh) };
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const nonce = openid.randomNonce();
  const wanted = {
    redirect_uri: settings.redirect_uri,
    scope: "openid",
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
    ...parameters,
  };
  write((await authorizationUrl(wanted, key, push)).href);
  // Signature, iss, aud, azp, exp, iat, at_hash; the nonce, and how long ago the sign-in was.
  const tokens = await openid.authorizationCodeGrant(config, arrived(await read()), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    maxAge,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  const userinfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
  const end = openid.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: settings.redirect_uri,
    state: "after logout",
  });
  return { tokens, claims, userinfo, end: end.href };
};

for (let asked = await read(); asked !== undefined; asked = await read()) {
  write(await turn(asked).catch(failure));
}
process.exit(0);
