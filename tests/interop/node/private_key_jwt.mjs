// openid-client with private_key_jwt and no browser: a token, what introspection says of it before
// and after it is revoked. Standard input: the settings with a private JWK, as JSON; standard
// output: what came of it as JSON.
import { text } from "node:stream/consumers";
import { importJWK } from "jose";
import * as openid from "openid-client";

const settings = JSON.parse(await text(process.stdin));
const key = await importJWK(settings.jwk, settings.alg);
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  {},
  openid.PrivateKeyJwt({ key, kid: settings.jwk.kid }),
  { execute: [openid.allowInsecureRequests] },
);
const parameters = { scope: settings.scope, resource: settings.resource };
const given = await openid.clientCredentialsGrant(config, parameters);
const before = await openid.tokenIntrospection(config, given.access_token);
await openid.tokenRevocation(config, given.access_token);
const after = await openid.tokenIntrospection(config, given.access_token);
console.log(JSON.stringify({ given, before, after }));
process.exit(0);
