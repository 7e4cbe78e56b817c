"""The texts of snippets.py. `@NAME@` is a literal, `@shell:NAME@` one of a shell, `@code:NAME@`
code; a line with `@?NAME@` is there only where the value is."""

from __future__ import annotations

# The words of openid-client for each method of client authentication.
OPENID_CLIENT_AUTH = {
    "client_secret_basic": "client.ClientSecretBasic(process.env.CLIENT_SECRET)",
    "client_secret_post": "client.ClientSecretPost(process.env.CLIENT_SECRET)",
    "none": "client.None()",
    "private_key_jwt": "client.PrivateKeyJwt(privateKey) // a CryptoKey",
}

AUTHLIB = """
import os
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

ISSUER = @ISSUER@
session = OAuth2Session(
    @CLIENT_ID@,
    os.environ.get("CLIENT_SECRET"),
    scope=@SCOPE@,
    redirect_uri=@REDIRECT_URI@,
    token_endpoint_auth_method=@METHOD@,
    code_challenge_method="S256",
)
metadata = session.get(
    f"{ISSUER}/.well-known/openid-configuration", withhold_token=True
).json()
verifier = generate_token(48)
url, state = session.create_authorization_url(
    metadata["authorization_endpoint"],
    code_verifier=verifier,
    nonce=generate_token(),
@?CHOSEN@    resource=@CHOSEN@,
)
print("Open", url)
answer = input("The address that you were sent to: ")
token = session.fetch_token(
    metadata["token_endpoint"],
    authorization_response=answer,
    state=state,
    code_verifier=verifier,
)
@?RESOURCE@print("Call the API with", token["access_token"])
@?USERINFO@print(session.get(metadata["userinfo_endpoint"]).json())
"""

OPENID_CLIENT = """
import * as client from 'openid-client'
import readline from 'node:readline/promises'

const config = await client.discovery(
  new URL(@ISSUER@), @CLIENT_ID@, undefined,
  @code:AUTH@,
@?LOCAL@  { execute: [client.allowInsecureRequests] }, // for this machine only
)
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: @REDIRECT_URI@,
  scope: @SCOPE@,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
@?CHOSEN@  resource: @CHOSEN@,
})
console.log('Open', url.href)
const terminal = readline.createInterface({ input: process.stdin })
const answer = await terminal.question('The address that you were sent to: ')
terminal.close()
const tokens = await client.authorizationCodeGrant(config, new URL(answer), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
})
console.log(tokens.claims())
"""

OIDC_CLIENT_TS = """
import { UserManager } from 'oidc-client-ts'

const users = new UserManager({
  authority: @ISSUER@,
  client_id: @CLIENT_ID@,
  redirect_uri: @REDIRECT_URI@,
  scope: @SCOPE@,
@?CHOSEN@  resource: @CHOSEN@,
})

// On the page at the redirect URI the answer is read; on any other the sign-in begins.
if (new URLSearchParams(location.search).has('code')) {
  const user = await users.signinRedirectCallback()
  console.log(user.profile)
} else {
  await users.signinRedirect()
}
"""

MCP = """
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata


class Storage:
    \"\"\"Keeps the tokens, and knows the application as it is registered.\"\"\"

    tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return OAuthClientInformationFull(
            client_id=@CLIENT_ID@,
            redirect_uris=[@REDIRECT_URI@],
            token_endpoint_auth_method="none",
        )

    async def set_client_info(self, client_info):
        raise RuntimeError("this application is registered already")


def provider(server_url, open_browser, wait_for_answer):
    \"\"\"The `auth` of an httpx client that speaks to the MCP server.\"\"\"
    return OAuthClientProvider(
        server_url,
        OAuthClientMetadata(
            client_name=@NAME@,
            redirect_uris=[@REDIRECT_URI@],
            scope=@SCOPE@,
            token_endpoint_auth_method="none",
        ),
        Storage(),
        redirect_handler=open_browser,
        callback_handler=wait_for_answer,
    )
"""

CURL = """
curl --fail-with-body "$ISSUER/token" \\
  --user "$CLIENT_ID:$CLIENT_SECRET" \\
  --data-urlencode scope=@shell:SCOPE@ \\
@?RESOURCE@  --data-urlencode resource=@shell:RESOURCE@ \\
  --data grant_type=client_credentials
"""
CURL = "ISSUER=@shell:ISSUER@\nCLIENT_ID=@shell:CLIENT_ID@\n" + CURL.strip("\n")
CURL_POST = CURL.replace(
    '  --user "$CLIENT_ID:$CLIENT_SECRET" \\\n',
    '  --data client_id="$CLIENT_ID" \\\n  --data-urlencode client_secret="$CLIENT_SECRET" \\\n',
)

REQUESTS = """
import os
import requests

form = {
    "grant_type": "client_credentials",
    "scope": @SCOPE@,
@?RESOURCE@    "resource": @RESOURCE@,
}
answer = requests.post(
    @ISSUER@ + "/token",
    data=form,
    auth=(@CLIENT_ID@, os.environ["CLIENT_SECRET"]),
    timeout=10,
)
answer.raise_for_status()
print(answer.json()["access_token"])
"""
REQUESTS_POST = REQUESTS.replace(
    '    "grant_type"',
    '    "client_id": @CLIENT_ID@,\n'
    '    "client_secret": os.environ["CLIENT_SECRET"],\n'
    '    "grant_type"',
).replace('    auth=(@CLIENT_ID@, os.environ["CLIENT_SECRET"]),\n', "")

OPENID_CLIENT_MACHINE = """
import * as client from 'openid-client'

const config = await client.discovery(
  new URL(@ISSUER@), @CLIENT_ID@, undefined,
  @code:AUTH@,
@?LOCAL@  { execute: [client.allowInsecureRequests] }, // for this machine only
)
const tokens = await client.clientCredentialsGrant(config, {
  scope: @SCOPE@,
@?RESOURCE@  resource: @RESOURCE@,
})
console.log(tokens.access_token)
"""
