// The official clients, used the way their readmes show.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import OpenAI from "openai";

import { WEATHER, each, said } from "./said.mjs";

export async function openai(place, asked) {
  const client = new OpenAI({ baseURL: `${place.url}/v1`, apiKey: place.key, maxRetries: 0 });
  const picture = { type: "image_url", image_url: { url: `data:image/png;base64,${asked.image}` } };
  const words = { type: "text", text: asked.prompt };
  const messages = [{ role: "user", content: asked.image ? [words, picture] : asked.prompt }];
  if (asked.answer) {
    const [id, name, value] = asked.answer.call;
    const call = { id, type: "function", function: { name, arguments: JSON.stringify(value) } };
    messages.push({ role: "assistant", content: null, tool_calls: [call] });
    messages.push({ role: "tool", tool_call_id: id, content: asked.answer.result });
  }
  const fields = { model: asked.model, messages };
  if (asked.tool) fields.tools = [{ type: "function", function: WEATHER }];
  if (asked.think) fields.reasoning_effort = "low";
  if (asked.schema) {
    const format = { name: "weather", schema: WEATHER.parameters, strict: true };
    fields.response_format = { type: "json_schema", json_schema: format };
  }
  const told = said();
  if (!asked.stream) {
    const answer = await client.chat.completions.create(fields);
    const { message, finish_reason } = answer.choices[0];
    told.text = message.content ?? "";
    told.thinking = message.reasoning_content ?? "";
    told.finish = finish_reason;
    for (const call of message.tool_calls ?? [])
      told.calls.push([call.id, call.function.name, JSON.parse(call.function.arguments)]);
    told.input_tokens = answer.usage.prompt_tokens;
    told.output_tokens = answer.usage.completion_tokens;
    return told;
  }
  const stream = client.chat.completions.stream({ ...fields, stream_options: { include_usage: true } });
  await each(stream, (chunk) => {
    told.thinking += chunk.choices[0]?.delta.reasoning_content ?? "";
  });
  const answer = await stream.finalChatCompletion();
  const { message, finish_reason } = answer.choices[0];
  told.text = message.content ?? "";
  told.finish = finish_reason;
  for (const call of message.tool_calls ?? [])
    told.calls.push([call.id, call.function.name, JSON.parse(call.function.arguments)]);
  told.input_tokens = answer.usage.prompt_tokens;
  told.output_tokens = answer.usage.completion_tokens;
  return told;
}

export async function responses(place, asked) {
  const client = new OpenAI({ baseURL: `${place.url}/v1`, apiKey: place.key, maxRetries: 0 });
  const content = [{ type: "input_text", text: asked.prompt }];
  if (asked.image)
    content.push({ type: "input_image", image_url: `data:image/png;base64,${asked.image}`, detail: "auto" });
  const input = [{ role: "user", content }];
  if (asked.answer) {
    const [id, name, value] = asked.answer.call;
    input.push({ type: "function_call", call_id: id, name, arguments: JSON.stringify(value) });
    input.push({ type: "function_call_output", call_id: id, output: asked.answer.result });
  }
  const fields = { model: asked.model, input, store: false };
  if (asked.tool) fields.tools = [{ type: "function", strict: true, ...WEATHER }];
  if (asked.think) fields.reasoning = { effort: "low", summary: "auto" };
  if (asked.schema)
    fields.text = { format: { type: "json_schema", name: "weather", schema: WEATHER.parameters, strict: true } };
  const answer = asked.stream
    ? await client.responses.stream(fields).finalResponse()
    : await client.responses.create(fields);
  const told = said();
  told.text = answer.output_text;
  told.finish = answer.incomplete_details?.reason ?? answer.status;
  for (const item of answer.output) {
    if (item.type === "reasoning") told.thinking += item.summary.map((part) => part.text).join("");
    if (item.type === "function_call") told.calls.push([item.call_id, item.name, JSON.parse(item.arguments)]);
  }
  told.input_tokens = answer.usage.input_tokens;
  told.output_tokens = answer.usage.output_tokens;
  return told;
}

export async function anthropic(place, asked) {
  const client = new Anthropic({ baseURL: place.url, apiKey: place.key, maxRetries: 0 });
  const content = [{ type: "text", text: asked.prompt }];
  if (asked.image)
    content.push({ type: "image", source: { type: "base64", media_type: "image/png", data: asked.image } });
  const messages = [{ role: "user", content }];
  if (asked.answer) {
    const [id, name, input] = asked.answer.call;
    messages.push({ role: "assistant", content: [{ type: "tool_use", id, name, input }] });
    const result = { type: "tool_result", tool_use_id: id, content: asked.answer.result };
    messages.push({ role: "user", content: [result] });
  }
  const fields = { model: asked.model, max_tokens: 4096, messages };
  const { name, description, parameters: input_schema } = WEATHER;
  if (asked.tool) fields.tools = [{ name, description, input_schema }];
  if (asked.think) fields.thinking = { type: "enabled", budget_tokens: 1024 };
  if (asked.schema) fields.output_config = { format: { type: "json_schema", schema: WEATHER.parameters } };
  const answer = asked.stream
    ? await client.messages.stream(fields).finalMessage()
    : await client.messages.create(fields);
  const told = said();
  for (const block of answer.content) {
    if (block.type === "text") told.text += block.text;
    if (block.type === "thinking") told.thinking += block.thinking;
    if (block.type === "tool_use") told.calls.push([block.id, block.name, block.input]);
  }
  told.finish = answer.stop_reason;
  told.input_tokens = answer.usage.input_tokens;
  told.output_tokens = answer.usage.output_tokens;
  return told;
}

export async function ollama(place, asked) {
  const headers = { authorization: `Bearer ${place.key}` };
  const client = new Ollama({ host: place.url, headers });
  const message = { role: "user", content: asked.prompt };
  if (asked.image) message.images = [asked.image];
  const messages = [message];
  if (asked.answer) {
    const [, name, value] = asked.answer.call;
    messages.push({ role: "assistant", content: "", tool_calls: [{ function: { name, arguments: value } }] });
    messages.push({ role: "tool", tool_name: name, content: asked.answer.result });
  }
  const fields = { model: asked.model, messages, stream: asked.stream };
  if (asked.tool) fields.tools = [{ type: "function", function: WEATHER }];
  if (asked.think) fields.think = true;
  if (asked.schema) fields.format = WEATHER.parameters;
  const answer = await client.chat(fields);
  const told = said();
  await each(asked.stream ? answer : [answer], (part) => {
    told.text += part.message.content ?? "";
    told.thinking += part.message.thinking ?? "";
    for (const call of part.message.tool_calls ?? [])
      told.calls.push(["", call.function.name, call.function.arguments]);
    if (part.done) {
      told.finish = part.done_reason;
      told.input_tokens = part.prompt_eval_count;
      told.output_tokens = part.eval_count;
    }
  });
  return told;
}

export async function gemini(place, asked) {
  const client = new GoogleGenAI({ apiKey: place.key, httpOptions: { baseUrl: place.url } });
  const parts = [{ text: asked.prompt }];
  if (asked.image) parts.push({ inlineData: { mimeType: "image/png", data: asked.image } });
  const contents = [{ role: "user", parts }];
  if (asked.answer) {
    const [id, name, args] = asked.answer.call;
    contents.push({ role: "model", parts: [{ functionCall: { id, name, args } }] });
    const response = { output: asked.answer.result };
    contents.push({ role: "user", parts: [{ functionResponse: { id, name, response } }] });
  }
  const config = {};
  const { name, description, parameters: parametersJsonSchema } = WEATHER;
  if (asked.tool) config.tools = [{ functionDeclarations: [{ name, description, parametersJsonSchema }] }];
  if (asked.think) config.thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
  if (asked.schema) {
    config.responseMimeType = "application/json";
    config.responseJsonSchema = WEATHER.parameters;
  }
  const fields = { model: asked.model, contents, config };
  const chunks = asked.stream
    ? await client.models.generateContentStream(fields)
    : [await client.models.generateContent(fields)];
  const told = said();
  await each(chunks, (chunk) => {
    for (const candidate of chunk.candidates ?? []) {
      for (const part of candidate.content?.parts ?? []) {
        if (part.functionCall)
          told.calls.push([part.functionCall.id ?? "", part.functionCall.name, part.functionCall.args ?? {}]);
        else if (part.thought) told.thinking += part.text ?? "";
        else told.text += part.text ?? "";
      }
      told.finish = candidate.finishReason ?? told.finish;
    }
    const usage = chunk.usageMetadata;
    if (usage) {
      told.input_tokens = usage.promptTokenCount;
      told.output_tokens = (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
    }
  });
  return told;
}
