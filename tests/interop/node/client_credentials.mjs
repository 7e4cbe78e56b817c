// openid-client as a machine. Standard input: the settings as JSON; standard output: the answer.
import { text } from "node:stream/consumers";
import * as openid from "openid-client";

const settings = JSON.parse(await text(process.stdin));
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  {},
  openid.ClientSecretBasic(settings.client_secret),
  { algorithm: "oauth2", execute: [openid.allowInsecureRequests] },
);
const parameters = { scope: settings.scope, resource: settings.resource };
console.log(JSON.stringify(await openid.clientCredentialsGrant(config, parameters)));
