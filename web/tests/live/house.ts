import createClient from "openapi-fetch"
import type { paths } from "@/api/schema"
import { type Connection, type ConnectionPorts, createConnection } from "@/live/connection"
import { SOCKET_PATH } from "@/live/frames"
import { partsOf } from "@/live/parts"
import { createRuns, type Runs } from "@/live/runs"

/** The real house that tests/web/test_live.py has started, and what a test does to it. */

export const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
const CONTROL = process.env["SALON_LIVE_CONTROL"] ?? ""
export const SEED = Number(process.env["SALON_LIVE_SEED"] ?? 1)
/** How many of what is counted. */
export const SCALE = Number(process.env["SALON_LIVE_SCALE"] ?? 1)
export const MODEL = process.env["SALON_LIVE_MODEL"] ?? "demo"
/** Pairs of a model and words that make it answer in some way. */
export const CASES: readonly (readonly [string, string])[] = JSON.parse(process.env["SALON_LIVE_CASES"] ?? "[]")

/** `kill` the house as `kill -9` does, `stop` it as a person does, or `start` it again; returns when it is done. */
export async function control(what: "kill" | "stop" | "start"): Promise<void> {
  const answer = await fetch(`${CONTROL}/${what}`, { method: "POST" })
  if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`)
}

export const api = createClient<paths>({ baseUrl: HOUSE })

export async function begin(): Promise<string> {
  const { data } = await api.POST("/salon/v1/conversations", { body: {} })
  if (!data) throw new Error("no conversation")
  return data.id
}

export interface Asked {
  conversationId: string
  runId: string
  messageId: string
}

export async function send(text: string, model = MODEL, conversationId?: string): Promise<Asked> {
  const id = conversationId ?? (await begin())
  const body = { text, model, settings: { limits: { steps: 2 } } }
  const path = { conversation_id: id }
  const { data, error } = await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path }, body })
  const [answer] = data?.answers ?? []
  if (!answer) throw new Error(JSON.stringify(error ?? data))
  return { conversationId: id, runId: answer.run_id, messageId: answer.message_id }
}

export async function message(asked: Asked) {
  const path = { conversation_id: asked.conversationId, message_id: asked.messageId }
  const call = api.GET("/salon/v1/conversations/{conversation_id}/messages/{message_id}", { params: { path } })
  const { data, error } = await call
  if (!data) throw new Error(JSON.stringify(error))
  return data
}

function after(ms: number, run: () => void): () => void {
  const id = setTimeout(run, ms)
  return () => clearTimeout(id)
}

export interface Tab {
  connection: Connection
  runs: Runs
  /** The codes with which sockets ended. */
  codes: number[]
  close(): void
}

/** A tab without a browser: Node has the same WebSocket. */
export function openTab(address: string): Tab {
  const codes: number[] = []
  const ports: ConnectionPorts = {
    open(onText, onClose) {
      const socket = new WebSocket(address.replace("http", "ws") + SOCKET_PATH)
      socket.addEventListener("message", ({ data }) => onText(String(data)))
      socket.addEventListener("close", ({ code }) => {
        codes.push(code)
        onClose(code || 1006)
      })
      return { send: (text) => socket.send(text), close: () => socket.close() }
    },
    probe: () => Promise.resolve("well"),
    now: () => performance.now(),
    after,
    random: Math.random,
    onWake: () => undefined,
    onDoubt: () => undefined,
    onRest: () => undefined,
  }
  const connection = createConnection(ports)
  const clock = { schedule: (flush: () => void) => void setTimeout(flush, 16) }
  const runs = createRuns(connection, {
    clock,
    after,
    loadParts: async (run, messageId) => {
      const conversationId = String(run.data["conversation_id"])
      return partsOf((await message({ conversationId, messageId, runId: run.id })).content)
    },
  })
  return { connection, runs, codes, close: () => connection.close() }
}
