// Vercel's AI SDK with its providers, pointed here by their base address alone.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { Output, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";

import { WEATHER, said } from "./said.mjs";

const openai = ({ url, key }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
export const MODELS = {
  openai: (place, model) => openai(place).chat(model),
  responses: (place, model) => openai(place).responses(model),
  compatible: ({ url, key }, model) =>
    createOpenAICompatible({ name: "salon", baseURL: `${url}/v1`, apiKey: key, includeUsage: true,
      supportsStructuredOutputs: true })(model),
  anthropic: ({ url, key }, model) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model),
  // A name with a slash is a path to it unless it begins with models/.
  gemini: ({ url, key }, model) =>
    createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: key })(`models/${model}`),
};
// Only these send a wish to think for a model whose name they do not know.
const THINKING = {
  openai: { openai: { reasoningEffort: "low" } },
  compatible: { salon: { reasoningEffort: "low" } },
  responses: { openai: { reasoningEffort: "low", reasoningSummary: "auto", forceReasoning: true, store: false } },
  anthropic: { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } },
  gemini: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } },
};

async function ask(name, place, asked) {
  const content = [{ type: "text", text: asked.prompt }];
  if (asked.image) content.push({ type: "file", mediaType: "image/png", data: asked.image });
  const messages = [{ role: "user", content }];
  if (asked.answer) {
    const [toolCallId, toolName, input] = asked.answer.call;
    messages.push({ role: "assistant", content: [{ type: "tool-call", toolCallId, toolName, input }] });
    const output = { type: "text", value: asked.answer.result };
    messages.push({ role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] });
  }
  const fields = { model: MODELS[name](place, asked.model), messages, maxRetries: 0 };
  const schema = jsonSchema(WEATHER.parameters);
  if (asked.tool) fields.tools = { weather: tool({ description: WEATHER.description, inputSchema: schema }) };
  if (asked.loop) {
    // The SDK calls the tool and goes on by itself, naming what was stored of the step before.
    const execute = async () => asked.loop;
    fields.tools = { weather: tool({ description: WEATHER.description, inputSchema: schema, execute }) };
    fields.stopWhen = stepCountIs(2);
    fields.providerOptions = { openai: { forceReasoning: true, reasoningEffort: "low", store: asked.store } };
  }
  if (asked.think) fields.providerOptions = THINKING[name];
  if (asked.schema) fields.output = Output.object({ schema });
  let problem = null;
  const answer = asked.stream
    ? streamText({ ...fields, onError: ({ error }) => (problem ??= error) })
    : await generateText(fields);
  if (asked.stream) await answer.consumeStream();
  if (problem) throw problem;
  const told = said();
  told.text = await answer.text;
  told.thinking = (await answer.reasoningText) ?? "";
  for (const call of await answer.toolCalls) told.calls.push([call.toolCallId, call.toolName, call.input]);
  const usage = await answer.usage;
  told.input_tokens = usage.inputTokens;
  told.output_tokens = usage.outputTokens;
  told.finish = await answer.finishReason;
  return told;
}

export const clients = Object.fromEntries(
  Object.keys(MODELS).map((name) => [`ai-${name}`, (place, asked) => ask(name, place, asked)]),
);
