import { useSyncExternalStore } from "react"
import { readChunk } from "@/stream/chunk"
import { createEventReader } from "@/stream/sse"

/** A short talk with one model: kept outside React, shown at most once per frame, gone with the page. */

export interface Turn {
  id: number
  author: "person" | "model"
  model: string
  text: string
  reasoning: string
  state: "writing" | "done" | "stopped" | "failed"
  /** What the server said, or why there was nothing to hear: no answer at all, or one that broke off. */
  error: string | null
  failure: "told" | "unreachable" | "broken" | null
  inputTokens: number | null
  outputTokens: number | null
  firstTextMs: number | null
  durationMs: number | null
  /** The request's id in the ledger, where its cost is once it has ended. */
  requestId: string | null
}

export interface TalkPorts {
  post(body: string, signal: AbortSignal): Promise<Response>
  now(): number
  schedule(flush: () => void): void
}

export interface Talk {
  subscribe(listener: () => void): () => void
  turns(): readonly Turn[]
  send(text: string, model: string): Promise<void>
  /** Ask the last message again, if its answer failed. */
  retry(model: string): Promise<void>
  stop(): void
  clear(): void
}

/** Make a talk. `ports` are the network, the clock and the frame, so that tests can stand in for them. */
export function createTalk(ports: TalkPorts): Talk {
  let turns: readonly Turn[] = []
  let nextId = 1
  let isScheduled = false
  let running: AbortController | null = null
  const listeners = new Set<() => void>()

  const notify = (): void => {
    if (isScheduled) return
    isScheduled = true
    ports.schedule(() => {
      isScheduled = false
      for (const listener of listeners) listener()
    })
  }
  const update = (id: number, change: (turn: Turn) => Partial<Turn>): void => {
    turns = turns.map((turn) => (turn.id === id ? { ...turn, ...change(turn) } : turn))
    notify()
  }

  const send = async (text: string, model: string): Promise<void> => {
    running?.abort()
    const controller = new AbortController()
    running = controller
    const asked = newTurn(nextId++, "person", model, text)
    const answer = newTurn(nextId++, "model", model, "")
    turns = [...turns, asked, answer]
    notify()
    const startedAt = ports.now()
    const elapsed = (): number => ports.now() - startedAt
    try {
      const body = JSON.stringify({
        model,
        messages: messagesOf(turns.slice(0, -1)),
        stream: true,
        stream_options: { include_usage: true },
      })
      const response = await ports.post(body, controller.signal).catch((problem: unknown) => {
        throw new TalkError("unreachable", String(problem))
      })
      update(answer.id, () => ({ requestId: response.headers.get("x-salon-request-id") }))
      if (!response.ok || response.body === null) throw new TalkError("told", await problemOf(response))
      await follow(response.body, answer.id, update, elapsed)
      update(answer.id, (turn) => ({
        state: turn.error === null ? "done" : "failed",
        failure: turn.error === null ? null : "told",
        durationMs: elapsed(),
      }))
    } catch (problem) {
      const isStopped = controller.signal.aborted
      update(answer.id, () => ({
        state: isStopped ? "stopped" : "failed",
        error: isStopped ? null : problem instanceof Error ? problem.message : String(problem),
        failure: isStopped ? null : problem instanceof TalkError ? problem.failure : "broken",
        durationMs: elapsed(),
      }))
    } finally {
      if (running === controller) running = null
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    turns: () => turns,
    send,
    async retry(model) {
      const [asked, answer] = turns.slice(-2)
      if (asked?.author !== "person" || answer?.state !== "failed") return
      turns = turns.slice(0, -2)
      await send(asked.text, model)
    },
    stop: () => running?.abort(),
    clear() {
      running?.abort()
      turns = []
      notify()
    },
  }
}

class TalkError extends Error {
  readonly failure: "told" | "unreachable" | "broken"

  constructor(failure: TalkError["failure"], message: string) {
    super(message)
    this.failure = failure
  }
}

function newTurn(id: number, author: Turn["author"], model: string, text: string): Turn {
  return {
    id,
    author,
    model,
    text,
    reasoning: "",
    state: author === "person" ? "done" : "writing",
    error: null,
    failure: null,
    inputTokens: null,
    outputTokens: null,
    firstTextMs: null,
    durationMs: null,
    requestId: null,
  }
}

/** The messages to send: what was said, without answers that hold nothing. */
function messagesOf(turns: readonly Turn[]): { role: string; content: string }[] {
  return turns
    .filter((turn) => turn.author === "person" || turn.text !== "")
    .map((turn) => ({ role: turn.author === "person" ? "user" : "assistant", content: turn.text }))
}

async function problemOf(response: Response): Promise<string> {
  const content = readChunk(await response.text())
  return content?.error ?? `${response.status} ${response.statusText}`.trim()
}

async function follow(
  body: ReadableStream<Uint8Array>,
  id: number,
  update: (id: number, change: (turn: Turn) => Partial<Turn>) => void,
  elapsed: () => number,
): Promise<void> {
  const reader = createEventReader()
  const decoder = new TextDecoder()
  const bytes = body.getReader()
  let isFinished = false
  const apply = (data: string): void => {
    if (data === "[DONE]") {
      isFinished = true
      return
    }
    const chunk = readChunk(data)
    if (chunk === null) return
    if (chunk.finishReason !== null || chunk.error !== null) isFinished = true
    update(id, (turn) => ({
      text: turn.text + chunk.text,
      reasoning: turn.reasoning + chunk.reasoning,
      firstTextMs: turn.firstTextMs ?? (chunk.text || chunk.reasoning ? elapsed() : null),
      inputTokens: chunk.inputTokens ?? turn.inputTokens,
      outputTokens: chunk.outputTokens ?? turn.outputTokens,
      error: chunk.error ?? turn.error,
    }))
  }
  for (;;) {
    const { done, value } = await bytes.read()
    const events = done ? reader.end() : reader.push(decoder.decode(value, { stream: true }))
    for (const event of events) apply(event.data)
    if (done) break
  }
  if (!isFinished) throw new TalkError("broken", "The answer broke off.")
}

export function useTalkTurns(talk: Talk): readonly Turn[] {
  return useSyncExternalStore(talk.subscribe, talk.turns)
}
