// Several answers, log probabilities and refusals: what each client's own types say of them.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { generateText, streamText } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

import { each } from "./said.mjs";
import { MODELS } from "./vercel.mjs";

// texts by number, how many ends were told, [token, likelihood, how many of the likeliest], and the refusal's sign.
const told = () => ({ texts: [], ends: 0, likely: [], refused: false });
const likely = (tokens) => (tokens ?? []).map((one) => [one.token, one.logprob, one.top_logprobs.length]);
const add = (texts, at, text) => (texts[at] = (texts[at] ?? "") + (text ?? ""));

async function openai({ url, key }, { model, prompt, stream, several, likelihoods }) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const fields = { model, stream, messages: [{ role: "user", content: prompt }] };
  if (several) fields.n = several;
  if (likelihoods) Object.assign(fields, { logprobs: true, top_logprobs: likelihoods });
  const answer = await client.chat.completions.create(fields);
  const out = told();
  await each(stream ? answer : [answer], ({ choices }) => {
    for (const choice of choices) {
      const said = choice.delta ?? choice.message;
      add(out.texts, choice.index, (said.content ?? "") + (said.refusal ?? ""));
      out.ends += choice.finish_reason ? 1 : 0;
      out.likely.push(...likely(choice.logprobs?.content));
      out.refused ||= Boolean(said.refusal) || choice.finish_reason === "content_filter";
    }
  });
  return out;
}

async function responses({ url, key }, { model, prompt, stream, likelihoods }) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const fields = { model, input: prompt, store: false };
  if (likelihoods)
    Object.assign(fields, { include: ["message.output_text.logprobs"], top_logprobs: likelihoods });
  const answer = stream
    ? await client.responses.stream(fields).finalResponse()
    : await client.responses.create(fields);
  const out = told();
  for (const part of answer.output.flatMap((item) => item.content ?? [])) {
    add(out.texts, 0, part.type === "refusal" ? part.refusal : part.text);
    out.likely.push(...likely(part.logprobs));
    out.refused ||= part.type === "refusal";
  }
  out.refused ||= answer.incomplete_details?.reason === "content_filter";
  return out;
}

async function anthropic({ url, key }, { model, prompt, stream }) {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const fields = { model, max_tokens: 4096, messages: [{ role: "user", content: prompt }] };
  const answer = stream
    ? await client.messages.stream(fields).finalMessage()
    : await client.messages.create(fields);
  const text = answer.content.map((block) => block.text ?? "").join("");
  return { ...told(), texts: [text], refused: answer.stop_reason === "refusal" };
}

async function ollama({ url, key }, { model, prompt, stream, likelihoods }) {
  const client = new Ollama({ host: url, headers: { authorization: `Bearer ${key}` } });
  const fields = { model, stream, messages: [{ role: "user", content: prompt }] };
  if (likelihoods) Object.assign(fields, { logprobs: true, top_logprobs: likelihoods });
  const answer = await client.chat(fields);
  const out = told();
  await each(stream ? answer : [answer], (part) => {
    add(out.texts, 0, part.message.content);
    out.likely.push(...likely(part.logprobs));
    // What a stream lost stands in its last line.
    out.refused ||= (part.x_salon?.lost ?? []).some((name) => /^refusals$|^finish_reason\./.test(name));
  });
  return out;
}

async function gemini({ url, key }, { model, prompt, stream, several, likelihoods }) {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const config = {};
  if (several) config.candidateCount = several;
  if (likelihoods) Object.assign(config, { responseLogprobs: true, logprobs: likelihoods });
  const fields = { model, contents: prompt, config };
  const chunks = stream
    ? await client.models.generateContentStream(fields)
    : [await client.models.generateContent(fields)];
  const out = told();
  await each(chunks, ({ candidates }) => {
    for (const one of candidates ?? []) {
      for (const part of one.content?.parts ?? []) add(out.texts, one.index ?? 0, part.text);
      out.ends += one.finishReason ? 1 : 0;
      const { chosenCandidates = [], topCandidates = [] } = one.logprobsResult ?? {};
      chosenCandidates.forEach(({ token, logProbability }, at) =>
        out.likely.push([token, logProbability, topCandidates[at].candidates.length]),
      );
      out.refused ||= one.finishReason === "PROHIBITED_CONTENT";
    }
  });
  return out;
}

async function vercel(name, place, { model, prompt, stream, likelihoods }) {
  const fields = { model: MODELS[name](place, model), prompt, maxRetries: 0 };
  if (likelihoods) fields.providerOptions = { openai: { logprobs: likelihoods, store: false } };
  const answer = stream ? streamText(fields) : await generateText(fields);
  if (stream) await answer.consumeStream();
  const metadata = (await answer.providerMetadata)?.openai ?? {};
  const refused = (await answer.finishReason) === "content-filter";
  return { ...told(), texts: [await answer.text], likely: likely(metadata.logprobs?.flat()), refused };
}

const official = { openai, responses, anthropic, ollama, gemini };
export const choices = Object.fromEntries([
  ...Object.entries(official).map(([name, ask]) => [`choices-${name}`, ask]),
  ...Object.keys(MODELS).map((name) => [`choices-ai-${name}`, (...asked) => vercel(name, ...asked)]),
]);
