import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { extname, join, normalize, resolve } from "node:path"
import {
  ALIASES,
  BATCHES,
  EXPLANATION,
  FILES,
  MANY_MODELS,
  MANY_PROVIDERS,
  MODELS,
  PAYLOAD,
  PAYLOADS,
  PRICES,
  PROVIDERS,
  REQUESTS,
  requestWhole,
  SESSIONS,
  status,
} from "./house-data.ts"
import { KINDS } from "./kinds-data.ts"
import { sessionsAnswer } from "./sessions-data.ts"

/** A stand-in for Salon's server: the built files under the real content policy, and answers of our own. */

const STATIC = resolve(import.meta.dirname, "../../../src/salon/surfaces/api/static")
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
}
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

export interface HouseState {
  mode: "ready" | "empty" | "many" | "signed-out" | "refused" | "slow"
  /** How long between two pieces of a streamed answer. */
  paceMs: number
  chatBodies: unknown[]
  /** Answers whose reader went away before the end. */
  cutShort: number
  tested: string[]
  /** Whether a provider answers when it is tested. */
  answersTests: boolean
  /** The model servers that run on the house's machine. */
  servers: { kind: string; base_url: string; models: number; added: boolean }[]
  /** What was sent to change something: "POST providers" and its body. */
  changes: { what: string; body: unknown }[]
  /** Whether the document names the script of another build. */
  isUpgraded: boolean
}

export interface House {
  address: string
  state: HouseState
  close(): Promise<void>
}

/** Open the house on a free loopback port, or on `port`. */
export async function openHouse(port = 0): Promise<House> {
  const state: HouseState = { mode: "ready", paceMs: 5, chatBodies: [], cutShort: 0, tested: [], answersTests: true, servers: [], changes: [], isUpgraded: false }
  const server = createServer((request, response) => {
    void answer(request, response, state).catch((problem: unknown) => response.destroy(new Error(String(problem))))
  })
  // The socket opens and says nothing: nothing happens in this house by itself.
  const sockets = new Set<Duplex>()
  server.on("upgrade", (request, socket) => {
    sockets.add(socket)
    const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash("sha1").update(key).digest("base64")
    socket.on("error", () => socket.destroy())
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
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
        for (const socket of sockets) socket.destroy()
        server.close(() => done())
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, state: HouseState): Promise<void> {
  const path = new URL(request.url ?? "/", "http://house").pathname
  if (path === "/v1/chat/completions") return chat(request, response, state)
  if (path.startsWith("/salon/v1/")) {
    return request.method === "GET" ? manage(request.url ?? "/", response, state) : change(request, path, response, state)
  }
  return file(path, response, state)
}

async function file(path: string, response: ServerResponse, state: HouseState): Promise<void> {
  const name = extname(path) === "" ? "index.html" : normalize(path).replace(/^[/\\.]+/, "")
  try {
    let bytes = await readFile(join(STATIC, name))
    if (name === "index.html" && state.isUpgraded) bytes = Buffer.from(bytes.toString().replace(/index-[\w-]{8}\.js/, "index-newer000.js"))
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

function manage(url: string, response: ServerResponse, state: HouseState): void {
  const name = new URL(url, "http://house").pathname.slice("/salon/v1/".length)
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
  const isMany = state.mode === "many"
  if (name === "requests") {
    // Two pages, and a house with many requests: each page leads to the next.
    const asked = new URL(url, "http://house").searchParams
    const isFirst = asked.get("cursor") === null
    const most = Number(asked.get("limit")) > 30 ? MANY : 30
    const items = isMany ? MANY_REQUESTS.slice(0, most) : isFirst ? REQUESTS : OLDER_REQUESTS
    return json(response, 200, { items: isEmpty ? [] : items, next: isFirst && !isEmpty ? "older" : null })
  }
  if (name === "realtime-sessions") return json(response, 200, { items: isEmpty ? [] : SESSIONS })
  if (name === "prices") return json(response, 200, { items: isEmpty ? [] : PRICES })
  if (name === "usage") {
    const used = { group: "ollama · llama3.2", groups: ["ollama", "llama3.2"], requests: 12, unpriced: 12 }
    return json(response, 200, { group_by: "provider,model", from_ms: 0, to_ms: 1, items: isEmpty ? [] : [used] })
  }
  if (name === "usage/course") {
    const row = { at: "2026-11", group: null, currency: "USD", requests: 48, errors: 2, input_tokens: 90, output_tokens: 410, cost_e10: 412_000_000_000 }
    const timed = { unpriced: 0, duration_sum_ms: 9_000, first_tokens: 0, first_token_sum_ms: 0 }
    const times = { duration: isEmpty ? null : { p50_ms: 190, p95_ms: 410, p99_ms: 900 }, first_token: null }
    const [steps, groups] = isEmpty ? [[], []] : [[{ at: row.at, ...times }], [{ group: null, ...times }]]
    return json(response, 200, { items: isEmpty ? [] : [{ ...row, ...timed }], times, steps, groups })
  }
  if (name === "batches") return json(response, 200, { items: isEmpty ? [] : isMany ? MANY_BATCHES : BATCHES, next: null })
  if (name.startsWith("batches/")) {
    const found = BATCHES.find((batch) => batch.id === name.slice("batches/".length))
    return json(response, 200, found ?? BATCHES[0])
  }
  if (name === "files") {
    const items = isEmpty ? [] : isMany ? MANY_FILES : FILES
    return json(response, 200, { items, next: null, files: items.length, size_bytes: items.reduce((sum, one) => sum + one.size_bytes, 0) })
  }
  if (name.startsWith("requests/")) return json(response, 200, requestWhole(name.slice("requests/".length)))
  if (name === "provider-kinds") return json(response, 200, { items: KINDS })
  if (name === "aliases") return json(response, 200, { items: isEmpty ? [] : state.mode === "many" ? MANY_ALIASES : ALIASES })
  if (name === "payload-rules") return json(response, 200, { items: isEmpty ? [] : [{ name: "support" }] })
  if (name === "payloads") {
    const items = isEmpty ? [] : state.mode === "many" ? MANY_PAYLOADS : PAYLOADS
    return json(response, 200, { items, next: null })
  }
  if (name.startsWith("payloads/")) return json(response, 200, PAYLOAD)
  const answered = sessionsAnswer(name, new URL(url, "http://house").searchParams, state.mode)
  if (answered !== undefined) return json(response, 200, answered)
  return json(response, 404, { error: { code: "not_found", message: "There is no such thing.", fields: {} } })
}

const MANY = 1000
const MANY_ALIASES = Array.from({ length: MANY }, (_, index) => ({ ...ALIASES[index % ALIASES.length], name: `alias-${index}` }))
const OLDER_REQUESTS = REQUESTS.map((row, index) => ({ ...row, request_id: `req_older_${index}`, asked_model: `older-${index}` }))
const MANY_REQUESTS = Array.from({ length: MANY }, (_, index) => ({ ...REQUESTS[index % REQUESTS.length], request_id: `req_many_${index}` }))
const MANY_BATCHES = Array.from({ length: MANY }, (_, index) => ({ ...BATCHES[index % BATCHES.length], id: `batch_${index}` }))
const MANY_FILES = Array.from({ length: MANY }, (_, index) => ({
  id: `file-~${index}`,
  name: `file-${index}.txt`,
  media_type: "text/plain",
  size_bytes: 1000,
  purpose: "user_data",
  created_at_ms: Date.now() - index * 60_000,
  expires_at_ms: null,
}))
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
    if (!state.answersTests) {
      const detail = "The key is not valid. Make a new one."
      return json(response, 200, { ok: false, model: null, latency_ms: null, checks: [{ name: "list of models", ok: false, detail }] })
    }
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
  if (name === "providers/detect") return json(response, 200, { items: state.servers })
  if (name.endsWith("/replay")) {
    const reply = { choices: [{ message: { role: "assistant", content: "Refunded." } }] }
    const headers = { "x-salon-cost": "0.0021 USD", "x-salon-route": "anthropic/claude-haiku-4-5" }
    return json(response, 200, { status: 200, headers, body: reply })
  }
  if (name.startsWith("aliases/") && text.includes("nobody/model")) {
    const message = "models.smart: there is no “nobody/model”. Name an enabled provider and one of its models, like openai/gpt-4o."
    return json(response, 400, { error: { code: "config", message, fields: { key: "models.smart" } } })
  }
  if (request.method === "PATCH" && text.includes("elsewhere") && !text.includes("api_key")) {
    const message = "providers.openai.api_key: the stored key is for https://api.openai.com and is not sent to https://elsewhere.example.com. Give the key."
    return json(response, 400, { error: { code: "config", message, fields: { key: "providers.openai.api_key" } } })
  }
  if (name.startsWith("prices/") && text.includes("99999")) {
    return json(response, 400, { error: { code: "invalid_request", message: "input: It must be below 10000.", fields: { field: "input" } } })
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
