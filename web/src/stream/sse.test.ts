import { expect, test } from "vitest"
import { createEventReader, type ServerEvent } from "@/stream/sse"

const STREAM = 'event: delta\r\ndata: {"a":1}\r\n\r\n: comment\ndata: one\ndata: two\n\nid: 7\rdata:three\r\rdata: last'
const EXPECTED: ServerEvent[] = [
  { event: "delta", data: '{"a":1}' },
  { event: "message", data: "one\ntwo" },
  { event: "message", data: "three" },
  { event: "message", data: "last" },
]

function read(stream: string, size: number): ServerEvent[] {
  const reader = createEventReader()
  const events: ServerEvent[] = []
  for (let at = 0; at < stream.length; at += size) events.push(...reader.push(stream.slice(at, at + size)))
  return [...events, ...reader.end()]
}

test.each([1, 2, 3, 7, 1009])("reads the same events in pieces of %i", (size) => {
  expect(read(STREAM, size)).toEqual(EXPECTED)
})

test("drops an event without data", () => {
  expect(read("event: ping\n\n", 4)).toEqual([])
})
