import { createServer, type ServerResponse } from "node:http"

/** A provider of OpenAI's chat completions that knows to the millisecond when it said what. Times are of the wall clock. */

export interface Said {
  firstMs: number
  lastMs: number
}

export interface Provider {
  /** What the next answers are, and how many tokens a second; 0 is as fast as they are taken. */
  plan(pieces: readonly string[], rate: number): void
  /** The last answer that was begun. */
  last(): Said
  close(): Promise<void>
}

/** Four, for those who answer at once; each says the same. */
const MODELS = ["fake", "fake-2", "fake-3", "fake-4"]

export const nowMs = (): number => performance.timeOrigin + performance.now()

/** The events of a stream are some hundred bytes each: this many are written at once where nobody waits. */
const AT_ONCE = 16

export async function openProvider(port: number): Promise<Provider> {
  let pieces: readonly string[] = ["Hello."]
  let rate = 0
  let said: Said = { firstMs: 0, lastMs: 0 }
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ object: "list", data: MODELS.map((id) => ({ id, object: "model" })) }))
      return
    }
    request.resume()
    request.on("end", () => {
      said = { firstMs: 0, lastMs: 0 }
      void answer(response, pieces, rate, said)
    })
  })
  await new Promise<void>((done) => {
    server.listen(port, "127.0.0.1", done)
  })
  return {
    plan(next, perSecond) {
      pieces = next
      rate = perSecond
    },
    last: () => said,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

async function answer(response: ServerResponse, pieces: readonly string[], rate: number, said: Said): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" })
  const began = performance.now()
  for (let index = 0; index < pieces.length; index += 1) {
    if (rate > 0) await until(began + (index * 1000) / rate)
    if (index === 0) said.firstMs = nowMs()
    const isTaken = response.write(event({ content: pieces[index] }, null))
    if (rate === 0 && (!isTaken || index % AT_ONCE === AT_ONCE - 1)) await new Promise((done) => setImmediate(done))
  }
  said.lastMs = nowMs()
  response.end(`${event({}, "stop")}data: [DONE]\n\n`)
}

async function until(atMs: number): Promise<void> {
  const left = atMs - performance.now()
  if (left > 0) await new Promise((done) => setTimeout(done, left))
}

function event(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "fake", choices })}\n\n`
}
