// The official clients keep a file and ask about it, used the way their readmes show.
import Anthropic, { toFile as toAnthropicFile } from "@anthropic-ai/sdk";
import { GoogleGenAI, createPartFromUri } from "@google/genai";
import OpenAI, { toFile } from "openai";

const CONTENT = Buffer.from("north of the river\n".repeat(600_000));

async function bytesOf(answer) {
  return Buffer.from(await answer.arrayBuffer()).equals(CONTENT);
}

async function idsOf(pages) {
  const ids = [];
  for await (const file of pages) ids.push(file.id ?? file.name);
  return ids;
}

async function openaiFiles(place, asked) {
  const client = new OpenAI({ baseURL: `${place.url}/v1`, apiKey: place.key, maxRetries: 0 });
  const file = await client.files.create({ file: await toFile(CONTENT, "river.txt"), purpose: "user_data" });
  const small = await client.files.create({ file: await toFile(Buffer.from(asked.prompt), "a.txt"), purpose: "user_data" });
  const content = [{ type: "file", file: { file_id: small.id } }];
  await client.chat.completions.create({ model: asked.model, messages: [{ role: "user", content }] });
  const listed = await idsOf(client.files.list({ limit: 1 }));
  const same = await bytesOf(await client.files.content(file.id));
  const { deleted } = await client.files.delete(file.id);
  return { size: file.bytes, same, listed: listed.slice(0, 2), ids: [small.id, file.id], deleted };
}

async function anthropicFiles(place, asked) {
  const client = new Anthropic({ baseURL: place.url, apiKey: place.key, maxRetries: 0 });
  const upload = async (bytes, name) =>
    client.beta.files.upload({ file: await toAnthropicFile(bytes, name, { type: "text/plain" }) });
  const file = await upload(CONTENT, "river.txt");
  const small = await upload(Buffer.from(asked.prompt), "a.txt");
  const content = [{ type: "document", source: { type: "file", file_id: small.id } }];
  const messages = [{ role: "user", content }];
  await client.beta.messages.create({ model: asked.model, max_tokens: 99, messages, betas: ["files-api-2025-04-14"] });
  const listed = await idsOf(client.beta.files.list({ limit: 1 }));
  const same = await bytesOf(await client.beta.files.download(file.id));
  const { type } = await client.beta.files.delete(file.id);
  return { size: file.size_bytes, same, listed: listed.slice(0, 2), ids: [small.id, file.id], deleted: type === "file_deleted" };
}

async function geminiFiles(place, asked) {
  const client = new GoogleGenAI({ apiKey: place.key, httpOptions: { baseUrl: place.url } });
  const upload = (bytes) =>
    client.files.upload({ file: new Blob([bytes], { type: "text/plain" }), config: { mimeType: "text/plain" } });
  const file = await upload(CONTENT);
  const small = await upload(Buffer.from(asked.prompt));
  const part = createPartFromUri(small.uri, small.mimeType);
  await client.models.generateContent({ model: asked.model, contents: [part] });
  const listed = await idsOf(await client.files.list({ config: { pageSize: 1 } }));
  const headers = { "x-goog-api-key": place.key };
  const same = await bytesOf(await fetch(`${place.url}/v1beta/${file.name}:download`, { headers }));
  await client.files.delete({ name: file.name });
  const gone = await client.files.get({ name: file.name }).then(() => false, (error) => error.status === 404);
  return { size: Number(file.sizeBytes), same, listed: listed.slice(0, 2), ids: [small.name, file.name], deleted: gone };
}

export const files = {
  "openai-files": openaiFiles,
  "anthropic-files": anthropicFiles,
  "gemini-files": geminiFiles,
};
