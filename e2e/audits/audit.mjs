// Runs the public audits of GraphQL over HTTP (npm graphql-http) against a running server and prints each of them.
//
//   node audit.mjs http://127.0.0.1:8080/graphql
//
// Ends with 1 when a MUST or a SHOULD fails. The rest, a MAY, is shown only.

import { serverAudits } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node audit.mjs URL");
  process.exit(2);
}

const counts = { ok: 0, note: 0, FAIL: 0 };
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  const verdict = result.status === "ok" ? "ok" : /^(MUST|SHOULD)\b/.test(audit.name) ? "FAIL" : "note";
  counts[verdict] += 1;
  console.log(`${verdict.padEnd(4)}  ${audit.id}  ${audit.name}`);
  if (verdict !== "ok") console.log(`            status ${result.response?.status}: ${result.reason}`);
}

console.log(`${counts.ok} ok, ${counts.note} notes, ${counts.FAIL} failed`);
process.exitCode = counts.FAIL > 0 ? 1 : 0;
