// Realtime sessions of the official client, in both of its classes, used the way its readme shows.
import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { OpenAIRealtimeWS } from "openai/realtime/ws";

import { WEATHER } from "./said.mjs";

const SILENCE = Buffer.alloc(4800).toString("base64");
const LISTENS = { input: { turn_detection: { type: "server_vad" }, transcription: { model: "fake" } } };

function begin(session, asked) {
  const settings = { type: "realtime", output_modalities: [asked.audio ? "audio" : "text"] };
  if (asked.audio) settings.audio = LISTENS;
  if (asked.tool) settings.tools = [{ type: "function", ...WEATHER }];
  session.send({ type: "session.update", session: settings });
  if (asked.foreign) session.send({ type: "session.update", event_id: "mine", session: { model: asked.foreign } });
  if (asked.audio) session.send({ type: "input_audio_buffer.append", audio: SILENCE });
  else ask(session, { type: "message", role: "user", content: [{ type: "input_text", text: asked.prompt }] });
}

function ask(session, item) {
  session.send({ type: "conversation.item.create", item });
  session.send({ type: "response.create" });
}

function listen(session, asked, told) {
  session.on("response.output_text.delta", (event) => (told.text += event.delta));
  session.on("response.output_audio_transcript.delta", (event) => (told.spoken += event.delta));
  session.on("response.output_audio.delta", (event) => (told.heard_bytes += Buffer.from(event.delta, "base64").length));
  session.on("conversation.item.input_audio_transcription.completed", (event) => (told.understood = event.transcript));
  session.on("response.function_call_arguments.done", (event) => told.calls.push([event.name, JSON.parse(event.arguments)]));
  session.on("error", ({ error, message }) => {
    told.errors.push({ code: error?.code ?? null, param: error?.param ?? null, event_id: error?.event_id ?? null, message });
  });
  session.on("session.created", () => begin(session, asked));
  session.on("response.done", ({ response }) => {
    told.output_tokens += response.usage?.output_tokens ?? 0;
    const call = response.output.find((item) => item.type === "function_call");
    if (!call) session.close();
    else ask(session, { type: "function_call_output", call_id: call.call_id, output: asked.result });
  });
}

function holding(open) {
  return async (place, asked) => {
    let client = new OpenAI({ baseURL: `${place.url}/v1`, apiKey: place.key, maxRetries: 0 });
    if (asked.secret) {
      const secret = await client.realtime.clientSecrets.create({ session: { type: "realtime", model: asked.model } });
      client = new OpenAI({ baseURL: `${place.url}/v1`, apiKey: secret.value, maxRetries: 0 });
    }
    const told = { text: "", spoken: "", heard_bytes: 0, understood: "", calls: [], errors: [], output_tokens: 0 };
    const session = open(asked.model, client);
    const closed = new Promise((resolve) => session.socket.addEventListener("close", ({ code }) => resolve(code)));
    listen(session, asked, told);
    told.closed = await closed;
    return told;
  };
}

export const sessions = {
  "realtime-ws": holding((model, client) => new OpenAIRealtimeWS({ model }, client)),
  "realtime-websocket": holding((model, client) => new OpenAIRealtimeWebSocket({ model }, client)),
};
