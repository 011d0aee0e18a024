import { expect, test } from "vitest"
import { createGathering, type Gathering } from "@/live/gathering"
import { event } from "@/live/scripted"

type Data = { kind: string; [more: string]: unknown }

function gathered(...entries: Data[]): Gathering {
  const gathering = createGathering()
  for (const [at, data] of entries.entries()) gathering.take(event(at + 1, data))
  return gathering
}

const call = (index: number, id: string): Data[] => [
  { kind: "tool-call-start", index, id, name: "look" },
  { kind: "tool-call-delta", index, arguments: '{"a":' },
  { kind: "tool-call-delta", index, arguments: "1}" },
  { kind: "tool-call-end", index },
]
const result = (position: number, id: string): Data => ({
  kind: "tool-result",
  position,
  duration_ms: 5,
  result: { kind: "tool-result", tool_call_id: id, parts: [{ kind: "text", text: id }] },
})
const cited = (index: number, url: string): Data => ({ kind: "citation", index, citation: { kind: "citation", url } })

const START = { kind: "step-start", number: 1, request_id: "req_1", model: "m" }
const END = { kind: "end", status: "done", data: { message: "msg_1", status: "complete" } }

test("parts stand by their index, whenever they came, and empty ones are none", () => {
  const answer = gathered(
    START,
    { kind: "reasoning-start", index: 0 },
    { kind: "text-start", index: 1 },
    { kind: "text-start", index: 2 },
    { kind: "text-delta", index: 2, text: "Words" },
    { kind: "reasoning-delta", index: 0, text: "Thought" },
    { kind: "reasoning-delta", index: 0, signature: "sig" },
    END,
  )
  expect(JSON.stringify(answer.parts())).toBe(
    '[{"kind":"reasoning","text":"Thought","signature":"sig"},{"kind":"text","text":"Words"}]',
  )
})

test("calls and results stand between the steps, results in the order of the calls", () => {
  const answer = gathered(START, ...call(0, "one"), ...call(1, "two"), result(1, "two"), result(0, "one"), START, {
    kind: "text-delta",
    index: 0,
    text: "Done",
  })
  const said = answer.parts().map((part) => (part.kind === "tool-result" ? `=${part.tool_call_id}` : part.kind))
  expect(said).toEqual(["tool-call", "tool-call", "=one", "=two", "text"])
  expect(answer.parts()[0]).toMatchObject({ id: "one", arguments: '{"a":1}' })
  expect(answer.tools.get("two")).toMatchObject({ state: "done", durationMs: 5 })
  expect(answer.growing()).toBe(4)
})

test("a call that was not told to its end is shown while it is written, and is none of the message", () => {
  const answer = gathered(START, { kind: "tool-call-start", index: 0, id: "one", name: "look" })
  expect(answer.parts()).toHaveLength(1)
  expect(answer.growing()).toBe(0)
  answer.take(event(9, END))
  expect(answer.parts()).toEqual([])
})

test("citations follow their text, those of no part come last, and a later whole text counts", () => {
  const answer = gathered(
    START,
    { kind: "text-delta", index: 0, text: "Wrng" },
    cited(0, "a"),
    cited(7, "b"),
    { kind: "text-end", index: 0, whole: "Right" },
    { kind: "refusal-delta", index: 1, text: "No." },
    { kind: "opaque", dialect: "responses", type: "x", raw: { y: 1 }, index: 2 },
    END,
  )
  expect(answer.parts().map((part) => Reflect.get(part, "url") ?? Reflect.get(part, "text") ?? part.kind)).toEqual([
    "Right",
    "a",
    "No.",
    "opaque",
    "b",
  ])
})

test("what proves a part to its provider is kept as the server keeps it", () => {
  const answer = gathered(
    START,
    { kind: "text-start", index: 0, provider_data: { openai: { id: 1 } } },
    { kind: "text-delta", index: 0, text: "a", provider_data: { gemini: { signature: "s" }, openai: {} } },
    { kind: "reasoning-delta", index: 1, provider_data: { responses: { item: { id: "rs" } } } },
    { kind: "reasoning-delta", index: 2, provider_data: { gemini: { signature: "t" } } },
  )
  expect(answer.parts()).toEqual([
    { kind: "text", provider_data: { openai: { id: 1 }, gemini: { signature: "s" } }, text: "a" },
    { kind: "reasoning", provider_data: { responses: { item: { id: "rs" } } } },
    { kind: "reasoning", provider_data: { gemini: { signature: "t" } } },
  ])
})

test("an event too large for the log comes in chunks", () => {
  const whole = JSON.stringify({ kind: "text-delta", index: 0, text: "x".repeat(100) })
  const answer = gathered(START)
  const chunk = (text: string, isLast: boolean): void => {
    const data = { of: "text-delta", text, is_last: isLast }
    answer.take({ epoch: 1, number: 2, type: "chunk-delta", at_ms: 1, data })
  }
  chunk(whole.slice(0, 50), false)
  expect(answer.parts()).toEqual([])
  chunk(whole.slice(50), true)
  expect(answer.parts()).toEqual([{ kind: "text", text: "x".repeat(100) }])
})

test("approvals, steps and usage are told, and unknown events passed over", () => {
  const answer = gathered(
    START,
    { kind: "from-the-future", index: 0 },
    { kind: "tool-approval", position: 0, call_id: "one", name: "look", state: "waiting" },
    { kind: "usage", usage: { output_tokens: 3 } },
    { kind: "step-end", step: { number: 1, request_id: "req_1", model: "m", usage: { output_tokens: 4 } } },
    { kind: "turn-end", status: "failed", error: { error: { code: "c", message: "m" } } },
  )
  expect(answer.tools.get("one")).toMatchObject({ state: "waiting", name: "look" })
  expect(answer.usage).toEqual({ output_tokens: 4 })
  expect(answer.error).toEqual({ code: "c", message: "m" })
  expect(answer.steps).toHaveLength(1)
})
