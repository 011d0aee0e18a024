import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { extname, join, normalize, resolve } from "node:path"
import {
  ALIASES,
  EXPLANATION,
  MANY_MODELS,
  MANY_PROVIDERS,
  MODELS,
  PAYLOAD,
  PAYLOADS,
  PROVIDERS,
  REQUESTS,
  requestWhole,
  status,
} from "./house-data.ts"
import { KINDS } from "./kinds-data.ts"

/** A stand-in for Salon's server: the built files under the real content policy, and answers of our own. */

const STATIC = resolve(import.meta.dirname, "../../../src/salon/surfaces/api/static")
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
}
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

export interface HouseState {
  mode: "ready" | "empty" | "many" | "signed-out" | "refused" | "slow"
  /** How long between two pieces of a streamed answer. */
  paceMs: number
  chatBodies: unknown[]
  /** Answers whose reader went away before the end. */
  cutShort: number
  tested: string[]
  /** What was sent to change something: "POST providers" and its body. */
  changes: { what: string; body: unknown }[]
}

export interface House {
  address: string
  state: HouseState
  close(): Promise<void>
}

/** Open the house on a free loopback port, or on `port`. */
export async function openHouse(port = 0): Promise<House> {
  const state: HouseState = { mode: "ready", paceMs: 5, chatBodies: [], cutShort: 0, tested: [], changes: [] }
  const server = createServer((request, response) => {
    void answer(request, response, state).catch((problem: unknown) => response.destroy(new Error(String(problem))))
  })
  await new Promise<void>((done) => {
    server.listen(port, "127.0.0.1", done)
  })
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error("no port")
  return {
    address: `http://127.0.0.1:${bound.port}`,
    state,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, state: HouseState): Promise<void> {
  const path = new URL(request.url ?? "/", "http://house").pathname
  if (path === "/v1/chat/completions") return chat(request, response, state)
  if (path.startsWith("/salon/v1/")) {
    return request.method === "GET" ? manage(path, response, state) : change(request, path, response, state)
  }
  return file(path, response)
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const name = extname(path) === "" ? "index.html" : normalize(path).replace(/^[/\\.]+/, "")
  try {
    const bytes = await readFile(join(STATIC, name))
    response.writeHead(200, {
      "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
    })
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

function json(response: ServerResponse, statusCode: number, body: unknown): void {
  response.writeHead(statusCode, { "Content-Type": "application/json" })
  response.end(JSON.stringify(body))
}

function manage(path: string, response: ServerResponse, state: HouseState): void {
  const name = path.slice("/salon/v1/".length)
  const isEmpty = state.mode === "empty"
  if (state.mode === "slow") return
  if (state.mode === "signed-out") {
    return json(response, 401, { error: { code: "not_signed_in", message: "Sign in first.", fields: {} } })
  }
  if (name === "status") return json(response, 200, status(isEmpty))
  if (state.mode === "refused") {
    return json(response, 503, { error: { code: "storage", message: "The disk is full. Free some space.", fields: {} } })
  }
  if (state.mode === "many" && name === "providers") return json(response, 200, { items: MANY_PROVIDERS })
  if (state.mode === "many" && name === "models") return json(response, 200, { items: MANY_MODELS })
  if (name === "providers") return json(response, 200, { items: isEmpty ? PROVIDERS.slice(0, 1) : PROVIDERS })
  if (name === "models") return json(response, 200, { items: isEmpty ? MODELS.slice(0, 1) : MODELS })
  if (name === "requests") return json(response, 200, { items: isEmpty ? [] : REQUESTS, next: null })
  if (name.startsWith("requests/")) return json(response, 200, requestWhole(name.slice("requests/".length)))
  if (name === "provider-kinds") return json(response, 200, { items: KINDS })
  if (name === "aliases") return json(response, 200, { items: isEmpty ? [] : state.mode === "many" ? MANY_ALIASES : ALIASES })
  if (name === "payload-rules") return json(response, 200, { items: isEmpty ? [] : [{ name: "support" }] })
  if (name === "payloads") {
    const items = isEmpty ? [] : state.mode === "many" ? MANY_PAYLOADS : PAYLOADS
    return json(response, 200, { items, next: null })
  }
  if (name.startsWith("payloads/")) return json(response, 200, PAYLOAD)
  return json(response, 404, { error: { code: "not_found", message: "There is no such thing.", fields: {} } })
}

const MANY = 1000
const MANY_ALIASES = Array.from({ length: MANY }, (_, index) => ({ ...ALIASES[index % ALIASES.length], name: `alias-${index}` }))
const MANY_PAYLOADS = Array.from({ length: MANY }, (_, index) => ({ ...PAYLOAD, id: `pld_${index}`, alias: `alias-${index}` }))

/** Takes what a page sends to change something, and answers as the real house does. */
async function change(
  request: IncomingMessage,
  path: string,
  response: ServerResponse,
  state: HouseState,
): Promise<void> {
  let text = ""
  for await (const part of request) text += String(part)
  const body: unknown = text === "" ? null : JSON.parse(text)
  const name = path.slice("/salon/v1/".length)
  if (name === "sign-out") {
    state.mode = "signed-out"
    return void response.writeHead(204).end()
  }
  state.changes.push({ what: `${request.method} ${name}`, body })
  const tested = /^providers\/(.+)\/test$/.exec(name)?.[1]
  if (tested) {
    state.tested.push(tested)
    return json(response, 200, {
      ok: true,
      model: "gpt-5-mini",
      latency_ms: 212,
      checks: [
        { name: "list of models", ok: true, detail: "24 models" },
        { name: "streamed answer", ok: true, detail: "9 events, stop" },
        { name: "tool call", ok: true, detail: 'get_weather {"city":"Paris"}' },
      ],
    })
  }
  if (name === "routes/explain") return json(response, 200, EXPLANATION)
  if (name === "providers/detect") return json(response, 200, { items: [] })
  if (name.endsWith("/replay")) {
    const reply = { choices: [{ message: { role: "assistant", content: "Refunded." } }] }
    const headers = { "x-salon-cost": "0.0021 USD", "x-salon-route": "anthropic/claude-haiku-4-5" }
    return json(response, 200, { status: 200, headers, body: reply })
  }
  if (name === "providers") {
    if (text.includes("wrong-region")) {
      return json(response, 400, {
        error: {
          code: "config",
          message: "providers.bedrock.options.region: “wrong-region” is not an AWS region, like eu-central-1. Correct it.",
          fields: { key: "providers.bedrock.options.region" },
        },
      })
    }
    return json(response, 201, PROVIDERS[1])
  }
  return json(response, 200, PROVIDERS[1])
}

const ANSWER =
  "I am the demo model: offline, deterministic, and honest about it. " +
  "I know nothing of the world, but I travel the very same way as every other model here, so if you can read this, " +
  "your client can reach this gateway."

async function chat(request: IncomingMessage, response: ServerResponse, state: HouseState): Promise<void> {
  let body = ""
  for await (const part of request) body += String(part)
  const asked: unknown = JSON.parse(body)
  state.chatBodies.push(asked)
  if (body.includes("fail please")) {
    return json(response, 503, { error: { message: "demo is overloaded. Try again.", type: "overloaded" } })
  }
  response.writeHead(200, { "Content-Type": "text/event-stream", "x-salon-request-id": "req_0" })
  const words = ANSWER.match(/\S+\s*/g) ?? []
  let isOpen = true
  response.on("close", () => {
    isOpen = false
    if (!response.writableEnded) state.cutShort += 1
  })
  for (const word of words) {
    if (!isOpen) return
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: word } }] })}\n\n`)
    await new Promise((done) => {
      setTimeout(done, state.paceMs)
    })
  }
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`)
  response.write(`data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 54 } })}\n\n`)
  response.end("data: [DONE]\n\n")
}
