// The examples of the documentation, each with the tokens of a test. Standard input: the settings
// and the tokens by name, as JSON; standard output: what each verifier made of each token.
import { text } from "node:stream/consumers";
import { accessTokens as aws } from "./verify_aws_jwt.mjs";
import { accessTokens as jose } from "./verify_jose.mjs";

const { issuer, audience, scope, jwks, tokens } = JSON.parse(await text(process.stdin));
const check = jose(issuer, audience);
const verifier = aws(issuer, audience, scope);
// This library fetches keys over https only, and the test's server has none.
verifier.cacheJwks(jwks);

const outcome = (claims) =>
  claims.then(
    (value) => ({ sub: value.sub }),
    (error) => ({ refused: String(error.message) }),
  );
const result = { jose: {}, aws: {} };
for (const [name, token] of Object.entries(tokens)) {
  result.jose[name] = await outcome(check(token, scope));
  result.aws[name] = await outcome(verifier.verify(token));
}
console.log(JSON.stringify(result));
