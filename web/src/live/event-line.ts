import { serverAddress } from "@/api/client"
import type { Line } from "@/live/connection"
import { type ClientFrame, PROTOCOL, type RunEvent, type RunState, type ServerFrame, type SpaceEvent } from "@/live/frames"
import { createEventReader } from "@/stream/sse"

/** What goes over the socket, by requests and server-sent events: for ways that let no WebSocket through. */

/** No code of WebSocket: it ended without a word. */
const NO_WORD = 1006
/** Browsers hold six connections to a server of HTTP/1.1; two are for everything else. */
const SUBSCRIPTIONS = 4
const FRAME_BYTES = 65_536
const MESSAGES_PER_S = 10

export function openEventLine(onText: (text: string) => void, onClose: (code: number) => void): Line {
  const stop = new AbortController()
  const subscriptions = new Map<string, AbortController>()
  let start = 0

  const say = (frame: ServerFrame): void => {
    if (!stop.signal.aborted) onText(JSON.stringify(frame))
  }
  /** What fails ends all of it: who comes back asks for everything from where it stands. */
  const end = (): void => {
    if (stop.signal.aborted) return
    stop.abort()
    onClose(NO_WORD)
  }
  const ask = async (path: string, signal = stop.signal, method = "GET"): Promise<Response> => {
    const response = await fetch(`${serverAddress()}/salon/v1/${path}`, { method, credentials: "same-origin", cache: "no-store", signal })
    if (!response.ok && response.status !== 404) throw new Error(String(response.status))
    return response
  }

  const greet = async (): Promise<void> => {
    const once = new AbortController()
    const { headers } = await ask("events", AbortSignal.any([stop.signal, once.signal]))
    once.abort()
    const space = headers.get("salon-space")
    start = Number(headers.get("salon-number"))
    if (space === null) throw new Error("a server that does not say whose events these are")
    const limits = { frame_bytes: FRAME_BYTES, subscriptions: SUBSCRIPTIONS, messages_per_s: MESSAGES_PER_S }
    say({ type: "hello", protocol: PROTOCOL, space, number: start, limits })
  }
  const listen = async (id: string, number: number | null, signal: AbortSignal): Promise<void> => {
    const after = number ?? start
    say({ type: "listening", id, number: after })
    // Events that were deleted long ago are not told of here: what is shown is read anew to be sure.
    if (number !== null) say({ type: "gap", id, number })
    for await (const { data } of eventsOf(await ask(`events?after=${after}`, signal))) {
      const event: SpaceEvent = JSON.parse(data)
      say({ type: "happened", id, number: event.number, events: [event] })
    }
    end()
  }
  const follow = async ({ id, run: runId, epoch = 0, number = 0 }: Extract<ClientFrame, { type: "follow" }>, signal: AbortSignal): Promise<void> => {
    const found = await ask(`runs/${runId}`, signal)
    if (found.status === 404) {
      const { error } = await found.json()
      subscriptions.delete(id)
      return say({ type: "error", id, error })
    }
    const run: RunState = await found.json()
    say({ type: "following", id, run })
    const response = await ask(`runs/${runId}/events?epoch=${epoch}&number=${number}`, signal)
    let isEnded = response.status === 204
    for await (const { event, data } of eventsOf(response)) {
      const told: RunEvent & { reason: "epoch" | "compacted" } = JSON.parse(data)
      // What has no number is no event of the log: the stream itself has failed.
      if (typeof told.number !== "number") return end()
      if (event === "rewind") say({ ...told, type: "rewind", id })
      else say({ type: "events", id, events: [told] })
      isEnded = event === "end"
    }
    if (!isEnded) return end()
    subscriptions.delete(id)
    say({ type: "left", id, reason: "ended" })
  }
  const take = async (frame: ClientFrame): Promise<void> => {
    if (frame.type === "ping") {
      await ask("runs?limit=1")
      say({ type: "pong", id: frame.id })
    } else if (frame.type === "stop") {
      const run: RunState = await (await ask(`runs/${frame.run}/stop`, stop.signal, "POST")).json()
      say({ type: "stopped", id: frame.id, run: frame.run, running: run.status === "running" })
    } else if (frame.type === "leave") {
      subscriptions.get(frame.id)?.abort()
      subscriptions.delete(frame.id)
      say({ type: "left", id: frame.id, reason: "asked" })
    } else {
      const mine = new AbortController()
      subscriptions.set(frame.id, mine)
      const signal = AbortSignal.any([stop.signal, mine.signal])
      const going = frame.type === "listen" ? listen(frame.id, frame.number ?? null, signal) : follow(frame, signal)
      await going.catch((problem: unknown) => {
        if (!mine.signal.aborted) throw problem
      })
    }
  }

  greet().catch(end)
  return {
    send(text) {
      const frame: ClientFrame = JSON.parse(text)
      take(frame).catch(end)
    },
    close: () => stop.abort(),
  }
}

async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: string }> {
  if (response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const { push } = createEventReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield* push(read.value)
}
