import { expect, test } from "vitest"
import { createTalk, type TalkPorts, type Turn } from "@/stream/talk"

function chunk(delta: object, rest: object = {}): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...rest }] })}\n\n`
}

function streamed(parts: readonly string[], headers: Record<string, string> = {}): Response {
  const bytes = new TextEncoder()
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(bytes.encode(part))
        controller.close()
      },
    }),
    { headers },
  )
}

function ports(post: TalkPorts["post"]): TalkPorts {
  let now = 0
  return { post, now: () => (now += 10), schedule: (flush) => flush() }
}

function answerOf(turns: readonly Turn[]): Turn {
  const last = turns.at(-1)
  if (!last) throw new Error("nothing was said")
  return last
}

test("an answer grows from its pieces and keeps usage and its id", async () => {
  const usage = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }
  const parts = [
    chunk({ role: "assistant", content: "" }),
    chunk({ content: "Hel" }),
    chunk({ content: "lo" }),
    chunk({}, { finish_reason: "stop" }),
    `data: ${JSON.stringify(usage)}\n\ndata: [DONE]\n\n`,
  ]
  const talk = createTalk(ports(() => Promise.resolve(streamed(parts, { "x-salon-request-id": "req_42" }))))
  await talk.send("Hi", "demo")
  expect(answerOf(talk.turns())).toMatchObject({
    text: "Hello",
    state: "done",
    inputTokens: 3,
    outputTokens: 2,
    requestId: "req_42",
    error: null,
  })
})

test("the second question carries the first answer", async () => {
  const bodies: unknown[] = []
  const talk = createTalk(
    ports((body) => {
      bodies.push(JSON.parse(body))
      return Promise.resolve(streamed([chunk({ content: "One" }, { finish_reason: "stop" })]))
    }),
  )
  await talk.send("First", "demo")
  await talk.send("Second", "demo")
  expect(bodies[1]).toMatchObject({
    model: "demo",
    stream: true,
    messages: [
      { role: "user", content: "First" },
      { role: "assistant", content: "One" },
      { role: "user", content: "Second" },
    ],
  })
})

test("an answer that breaks off keeps its text and says so", async () => {
  const talk = createTalk(ports(() => Promise.resolve(streamed([chunk({ content: "Half" })]))))
  await talk.send("Hi", "demo")
  expect(answerOf(talk.turns())).toMatchObject({ text: "Half", state: "failed", error: "The answer broke off." })
})

test("an error in the stream is shown beside what was said", async () => {
  const parts = [chunk({ content: "Half" }), 'data: {"error":{"message":"demo failed."}}\n\n']
  const talk = createTalk(ports(() => Promise.resolve(streamed(parts))))
  await talk.send("Hi", "demo")
  expect(answerOf(talk.turns())).toMatchObject({ text: "Half", state: "failed", error: "demo failed." })
})

test("a refusal shows the server's own sentence", async () => {
  const refused = new Response('{"error":{"message":"There is no model “x” here."}}', { status: 404 })
  const talk = createTalk(ports(() => Promise.resolve(refused)))
  await talk.send("Hi", "x")
  expect(answerOf(talk.turns())).toMatchObject({ state: "failed", error: "There is no model “x” here." })
})

test("a server that is away is told apart, and the message can be asked again", async () => {
  const answers = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => Promise.resolve(streamed([chunk({ content: "Here" }), "data: [DONE]\n\n"])),
  ]
  const talk = createTalk(ports(() => answers.shift()?.() ?? Promise.reject(new Error("asked too often"))))
  await talk.send("Hi", "demo")
  expect(answerOf(talk.turns())).toMatchObject({ state: "failed", failure: "unreachable" })
  await talk.retry("demo")
  expect(talk.turns().map((turn) => turn.text)).toEqual(["Hi", "Here"])
  await talk.retry("demo")
  expect(talk.turns()).toHaveLength(2)
})

test("stopping cancels the request and keeps what was said", async () => {
  const talk = createTalk(
    ports((_, signal) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(chunk({ content: "Some" })))
          signal.addEventListener("abort", () => controller.error(signal.reason))
        },
      })
      return Promise.resolve(new Response(body))
    }),
  )
  const sent = talk.send("Hi", "demo")
  await expect.poll(() => answerOf(talk.turns()).text).toBe("Some")
  talk.stop()
  await sent
  expect(answerOf(talk.turns())).toMatchObject({ text: "Some", state: "stopped", error: null })
})

test("readers are told once per frame", async () => {
  const frames: (() => void)[] = []
  let told = 0
  const parts = Array.from({ length: 50 }, () => chunk({ content: "x" }))
  const talk = createTalk({
    post: () => Promise.resolve(streamed([...parts, "data: [DONE]\n\n"])),
    now: () => 0,
    schedule: (flush) => frames.push(flush),
  })
  talk.subscribe(() => (told += 1))
  await talk.send("Hi", "demo")
  expect(frames.length).toBe(1)
  frames[0]?.()
  expect(told).toBe(1)
})
