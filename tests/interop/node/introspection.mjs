// openid-client as a resource server that wants its answers signed. Standard input: the settings
// as JSON, with the tokens to ask about; standard output: what was said of each.
import { text } from "node:stream/consumers";
import * as openid from "openid-client";

const settings = JSON.parse(await text(process.stdin));
const config = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  settings.metadata,
  openid.ClientSecretBasic(settings.client_secret),
  // Checks the signature too, although it came over a connection to the server itself.
  { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
);
const kinds = [];
config[openid.customFetch] = async (...request) => {
  const response = await fetch(...request);
  kinds.push(response.headers.get("content-type"));
  return response;
};
const said = [];
for (const token of settings.tokens) {
  said.push(
    await openid
      .tokenIntrospection(config, token)
      .catch((error) => ({ error: error.error ?? error.code ?? String(error) })),
  );
}
console.log(JSON.stringify({ said, kinds: [...new Set(kinds)] }));
process.exit(0);
