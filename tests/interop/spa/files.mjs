// A single-page application with DPoP: its user signs in, and it calls the APIs that it is told of.
import { IndexedDbDPoPStore, UserManager } from "oidc-client-ts";

const { origin, pathname } = window.location;
const settings = await (await fetch("/settings.json")).json();
const manager = new UserManager({
  redirect_uri: `${origin}/callback`,
  ...settings.manager,
  dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() },
});

// These two leave the page.
window.signIn = (scope) => void manager.signinRedirect({ scope });
// RFC 6750 section 3: what the token has, and what the challenge names.
window.stepUp = (challenge) => window.signIn(`${user.scope} ${/scope="([^"]*)"/.exec(challenge)[1]}`);
window.revoke = () => manager.revokeTokens(["access_token"]);
window.ask = async (method, url) => {
  const proof = await manager.dpopProof(url, user, method);
  const headers = { Authorization: `${user.token_type} ${user.access_token}`, DPoP: proof };
  const answer = await fetch(url, { method, headers });
  return {
    status: answer.status,
    challenge: answer.headers.get("WWW-Authenticate"),
    document: answer.ok ? await answer.json() : null,
  };
};

const user = pathname === "/callback" ? await manager.signinCallback() : await manager.getUser();
const said = document.getElementById("said");
said.textContent = JSON.stringify(user ?? null);
said.dataset.by = pathname === "/callback" ? "callback" : "start";
