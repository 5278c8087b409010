// Subscribes with the published client of graphql-transport-ws (npm graphql-ws) against a running demo.
//
//   node subscriptions.mjs http://127.0.0.1:8080/graphql
//
// Ends with 1 when something is not as the protocol and the schema say.

import { createClient } from "graphql-ws";
import WebSocket from "ws";

const url = process.argv[2];
if (!url) {
  console.error("usage: node subscriptions.mjs URL");
  process.exit(2);
}

async function ask(token, query, variables = {}) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const client = (token, more = {}) =>
  createClient({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...more,
  });

function within(promise, what, seconds = 20) {
  const late = new Promise((_, no) => setTimeout(() => no(new Error(`${what}: nothing came`)), seconds * 1000).unref());
  return Promise.race([promise, late]);
}

let failed = 0;
async function check(name, behavior) {
  try {
    await behavior();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n            ${error?.message ?? JSON.stringify(error)}`);
  }
}

function same(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}

const signed = await ask(
  undefined,
  `mutation { signIn(input: { email: "operator@souk.example", password: "souk-demo-operator" }) { signedIn { token } } }`,
);
const { token } = signed.signIn.signedIn;
const CHANGED = `subscription($after: String) { changed(kinds: ["carrier"], after: $after) { cursor kind sequence } }`;
let made = 0;
const carrier = () =>
  ask(token, `mutation($c: String!) { carrierCreate(input: { code: $c, name: "Carrier" }) { userErrors { code } } }`, {
    c: `audit-${Date.now()}-${(made += 1)}`,
  });

await check("a query is answered over the connection", async () => {
  const one = client(token);
  const answers = one.iterate({ query: "{ __typename }" });
  same((await within(answers.next(), "answer")).value.data, { __typename: "Query" });
  same((await within(answers.next(), "end")).done, true);
  await one.dispose();
});

let cursor;
await check("a change is told to who subscribed", async () => {
  const one = client(token);
  const changes = one.iterate({ query: CHANGED });
  const first = changes.next();
  // The subscription has no answer by which one could know that it listens.
  await new Promise((yes) => setTimeout(yes, 1500));
  await carrier();
  const { data, errors } = (await within(first, "change")).value;
  if (errors) throw new Error(JSON.stringify(errors));
  same([data.changed.kind, data.changed.sequence], ["carrier.created", 1]);
  cursor = data.changed.cursor;
  await changes.return();
  await one.dispose();
});

await check("what was changed between two connections comes first", async () => {
  await carrier();
  await carrier();
  const one = client(token);
  const changes = one.iterate({ query: CHANGED, variables: { after: cursor } });
  for (let n = 0; n < 2; n += 1) {
    same((await within(changes.next(), "change")).value.data.changed.kind, "carrier.created");
  }
  await changes.return();
  await one.dispose();
});

await check("a document that is wrong ends its operation alone", async () => {
  const one = client(token);
  const bad = one.iterate({ query: "subscription { nothing }" });
  const refused = await within(bad.next().then(() => "answered", (errors) => errors[0].extensions.code), "refusal");
  same(refused, "GRAPHQL_VALIDATION_FAILED");
  same((await within(one.iterate({ query: "{ __typename }" }).next(), "answer")).value.data, { __typename: "Query" });
  await one.dispose();
});

for (const [name, of] of [["a token that nobody knows", client("nobody")], ["no token", client(token, { connectionParams: {} })]]) {
  await check(`${name} is refused with 4403`, async () => {
    const closed = of.iterate({ query: "{ __typename }" }).next().then(() => "answered", (event) => event.code);
    same(await within(closed, "refusal"), 4403);
  });
}

await check("who signs out is disconnected within seconds", async () => {
  const closed = new Promise((yes) => {
    // Not lazy: it stays when the subscription has ended.
    const one = client(token, { lazy: false, onNonLazyError() {}, on: { closed: (event) => yes(event.code) } });
    one.subscribe({ query: CHANGED }, { next() {}, error() {}, complete() {} });
  });
  await new Promise((yes) => setTimeout(yes, 1000));
  await ask(token, "mutation { signOut { done } }");
  same(await within(closed, "goodbye"), 4403);
});

console.log(failed === 0 ? "all ok" : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
