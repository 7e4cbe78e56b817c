// oidc-provider for the bench: one client, client_credentials, JWT access tokens with ES256.
// Prints {"port"}; for every line on stdin, the CPU time so far; ends with stdin.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const resource = "https://api.example.com";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = { ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" };

const server = createServer();
server.keepAliveTimeout = 0; // between rounds the connection waits
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const { port } = server.address();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "bench",
      client_secret: "benchsecret",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: "ES256",
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: "read write",
        audience: resource,
        accessTokenTTL: 3600,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  jwks: { keys: [key] },
  scopes: ["read", "write"],
  ttl: { ClientCredentials: 3600 },
});
const answer = provider.callback();

// About as long as a token response.
const nothing = JSON.stringify({ nothing: "-".repeat(600) });
server.on("request", (request, response) => {
  if (request.url !== "/nothing") {
    answer(request, response);
    return;
  }
  request.resume().on("end", () => {
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(nothing);
  });
});

console.log(JSON.stringify({ port }));
createInterface({ input: process.stdin })
  .on("line", () => console.log(JSON.stringify(process.cpuUsage())))
  .on("close", () => process.exit());
