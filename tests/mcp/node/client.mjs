// An MCP client, of the SDK (v1) or of the newer client package (v2), and what an application has to
// bring along for it. Standard input: a line with the settings as JSON, then, for each URL that it
// prints, a line with the answer's parameters. Standard output: the URLs to which it sends its user,
// each as `{"open": ...}` on a line; at the end, what came of it all.
import { createInterface } from "node:readline/promises";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => JSON.parse((await lines.next()).value);
const settings = await line();

const packages = {
  v1: async () => ({
    ...(await import("@modelcontextprotocol/sdk/client/index.js")),
    ...(await import("@modelcontextprotocol/sdk/client/auth.js")),
    ...(await import("@modelcontextprotocol/sdk/client/auth-extensions.js")),
    ...(await import("@modelcontextprotocol/sdk/client/streamableHttp.js")),
  }),
  v2: () => import("@modelcontextprotocol/client"),
};
const mcp = await packages[settings.package]();

// The answer of the browser that the user was sent to last.
let answer;
const kept = [];
let client_information = settings.client_information;
let verifier;
const forPeople = {
  redirectUrl: settings.redirect_uri,
  clientMetadataUrl: settings.document,
  clientMetadata: {
    client_name: "Notes for Node.js",
    redirect_uris: [settings.redirect_uri],
    grant_types: settings.grant_types,
    response_types: ["code"],
    token_endpoint_auth_method: settings.method ?? "none",
  },
  state: () => "abcdef0123456789",
  clientInformation: () => client_information,
  saveClientInformation: (information) => {
    client_information = information;
  },
  tokens: () => kept.at(-1),
  saveTokens: (tokens) => kept.push(tokens),
  saveCodeVerifier: (text) => {
    verifier = text;
  },
  codeVerifier: () => verifier,
  redirectToAuthorization: (url) => {
    console.log(JSON.stringify({ open: url.href }));
    answer = line();
  },
  invalidateCredentials: (what) => {
    throw new Error(`the client throws away its ${what}`);
  },
};
const providers = {
  person: () => forPeople,
  secret: () =>
    new mcp.ClientCredentialsProvider({
      clientId: settings.client_id,
      clientSecret: settings.client_secret,
      scope: settings.scope,
      expectedIssuer: settings.issuer,
    }),
  key: () =>
    new mcp.PrivateKeyJwtProvider({
      clientId: settings.client_id,
      privateKey: settings.jwk,
      algorithm: settings.alg,
      scope: settings.scope,
      expectedIssuer: settings.issuer,
    }),
  company: () =>
    new mcp.CrossAppAccessProvider({
      clientId: settings.client_id,
      clientSecret: settings.client_secret,
      expectedIssuer: settings.issuer,
      assertion: async ({ authorizationServerUrl, resourceUrl, scope }) => {
        const { jwtAuthGrant } = await mcp.discoverAndRequestJwtAuthGrant({
          idpUrl: settings.company.url,
          clientId: settings.company.client_id,
          clientSecret: settings.company.client_secret,
          idToken: settings.company.id_token,
          audience: authorizationServerUrl,
          resource: resourceUrl,
          scope,
        });
        return jwtAuthGrant;
      },
    }),
};
const provider = providers[settings.as]();

let transport;
async function finish() {
  const sent = new URLSearchParams(await answer);
  await (settings.package === "v2"
    ? transport.finishAuth(sent)
    : transport.finishAuth(sent.get("code")));
}

async function connect() {
  transport = new mcp.StreamableHTTPClientTransport(new URL(settings.url), {
    authProvider: provider,
  });
  const client = new mcp.Client({ name: "notes", version: "1" });
  await client.connect(transport);
  return client;
}

// Whatever needs the user is tried once more when the user is back.
async function trying(what) {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof mcp.UnauthorizedError)) throw error;
    await finish();
    return what();
  }
}

const client = await trying(connect);
const call = (name, args) =>
  trying(async () => {
    const result = await client.callTool({ name, arguments: args });
    if (result.isError) throw new Error(JSON.stringify(result));
    return result.structuredContent.result;
  });
const tools = (await client.listTools()).tools.map(({ name }) => name).sort();
const steps = {
  list: () => call("list_notes", {}),
  add: () => call("add_note", { text: "milk" }),
  // As if the access token had ended: the server refuses this one.
  end: () => {
    kept.push({ ...kept.at(-1), access_token: "ended" });
    return null;
  },
};
const results = [];
for (const step of settings.steps) results.push(await steps[step]());
const tokens = settings.as === "person" ? kept : [provider.tokens()];
await client.close();

console.log(JSON.stringify({ tools, results, tokens, client_information }));
process.exit(0);
