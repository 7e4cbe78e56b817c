// openid-client with authorization details, pushed and bound by DPoP. Standard input: a line with the
// settings as JSON, then a line with the URL at which the browser arrived. Standard output: the
// authorization URL, then what came of it as JSON.
import { createInterface } from "node:readline/promises";
import * as openid from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => (await lines.next()).value;

const settings = JSON.parse(await line());
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  { authorization_details_types: settings.types },
  openid.ClientSecretBasic(settings.client_secret),
  { execute: [openid.allowInsecureRequests] },
);
const supported = config.serverMetadata().authorization_details_types_supported;
const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair("ES256"));
const said = (error) => error.error ?? error.cause?.error ?? String(error);
const details = (...listed) => ({ authorization_details: JSON.stringify(listed) });

const verifier = openid.randomPKCECodeVerifier();
const push = async (asked) =>
  openid.buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: settings.redirect_uri,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...asked,
    },
    { DPoP },
  );
const unknown = await push(details({ type: "unknown" })).catch(said);
const url = await push(details(...settings.details));
console.log(url.href);

const arrived = new URL(await line());
const options = { DPoP };
const checks = { pkceCodeVerifier: verifier };
const tokens = await openid.authorizationCodeGrant(config, arrived, checks, {}, options);
const refresh = (asked) => openid.refreshTokenGrant(config, tokens.refresh_token, asked, options);
const more = await refresh(details({ ...settings.details[0], actions: ["everything"] })).catch(said);
const less = await refresh(details(settings.details[0]));
const introspected = await openid.tokenIntrospection(config, less.access_token);

console.log(JSON.stringify({ supported, unknown, tokens, more, less, introspected }));
process.exit(0);
