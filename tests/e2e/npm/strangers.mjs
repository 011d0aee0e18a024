// Asks on behalf of the tests: one question a line on standard input, one answer a line on standard output.
import { createInterface } from "node:readline";

import { choices } from "./choices.mjs";
import { files } from "./files.mjs";
import * as official from "./official.mjs";
import { sessions } from "./realtime.mjs";
import { clients } from "./vercel.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;
const known = { ...official, ...clients, ...choices, ...files, ...sessions };

async function answer({ client, place, asked }) {
  try {
    return { said: await known[client](place, asked) };
  } catch (error) {
    const { name, message, status, statusCode } = error;
    return { error: { name, message: String(message), status: status ?? statusCode ?? error.status_code ?? null } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
