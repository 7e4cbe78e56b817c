// A single-page application of oidc-client-ts. Each button calls the method of UserManager that it
// is named for; #said holds what came of it, and data-by whose word it is.
import { UserManager } from "oidc-client-ts";

const told = document.getElementById("said");
const say = (by, value) => {
  told.textContent = JSON.stringify(value);
  told.dataset.by = by;
};
const failure = (error) => ({ error: error.error ?? String(error) });
const finish = (by, work) =>
  work.then(
    (value) => say(by, value ?? null),
    (error) => say(by, failure(error)),
  );

const { origin, pathname } = window.location;
const settings = await (await fetch("/settings.json")).json();
const manager = new UserManager({
  redirect_uri: `${origin}/callback`,
  silent_redirect_uri: `${origin}/callback`,
  popup_redirect_uri: `${origin}/callback`,
  post_logout_redirect_uri: `${origin}/goodbye`,
  ...settings.manager,
});
// The library's own renewal, before an access token expires.
manager.events.addUserLoaded((user) => settings.automatic && say("automatic", user));
manager.events.addSilentRenewError((error) => say("automatic", failure(error)));

const methods = ["getUser", "signinRedirect", "signinPopup", "signinSilent"];
for (const name of [...methods, "revokeTokens", "signoutRedirect"]) {
  const button = document.createElement("button");
  button.id = button.textContent = name;
  button.onclick = () => {
    delete told.dataset.by;
    const work = manager[name](settings.arguments[name]);
    // These two leave the page, and are finished where the browser arrives.
    if (!["signinRedirect", "signoutRedirect"].includes(name)) finish(name, work);
  };
  document.getElementById("buttons").append(button);
}

if (pathname === "/callback") {
  // By its state the library knows whether the page is the window itself, a popup or an iframe.
  await finish("callback", manager.signinCallback());
} else if (pathname === "/goodbye") {
  await finish("goodbye", manager.signoutCallback());
} else {
  await finish("start", manager.getUser());
}
