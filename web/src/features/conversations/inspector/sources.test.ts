import { expect, test } from "vitest"
import type { Message } from "@/features/conversations/api/messages"
import { sourcesIn } from "@/features/conversations/inspector/sources"

function message(id: string, parts: Record<string, unknown>[]): Message {
  const marks = { pinned_at_ms: null, excluded_at_ms: null, archived_at_ms: null, hidden_at_ms: null, deleted_at_ms: null }
  const rest = { conversation_id: "c", parent_id: null, depth: 0, role: "user", status: "complete", size_bytes: 0 } as const
  const more = { tokens: 0, run_id: null, origin: null, created_by: null, created_at_ms: 0, sources: [], siblings: [] }
  return { id, author: { kind: "person" }, content: { parts }, ...rest, ...marks, ...more }
}

test("what a message cites twice is listed once there, under the number that it has there", () => {
  const cited = { kind: "citation", url: "https://example.org/a?b", title: "A page" }
  const found = sourcesIn([
    message("m1", [{ kind: "file", file_id: "f1", name: "notes.pdf" }, { kind: "text", text: "read it" }]),
    message("m2", [cited, { kind: "citation", text: "by heart" }, cited]),
    message("m3", [{ kind: "citation", title: "Another" }, cited, { kind: "file", file_id: "f1", name: "notes.pdf" }]),
  ])
  expect(found.map(({ title, address, number, messageId }) => [title, address, number, messageId])).toEqual([
    ["notes.pdf", null, null, "m1"],
    ["A page", "example.org", 1, "m2"],
    ["by heart", null, 2, "m2"],
    ["Another", null, 1, "m3"],
    ["A page", "example.org", 2, "m3"],
    ["notes.pdf", null, null, "m3"],
  ])
})
