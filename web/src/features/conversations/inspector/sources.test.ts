import { expect, test } from "vitest"
import type { Message } from "@/features/conversations/api/messages"
import { sourcesIn } from "@/features/conversations/inspector/sources"

function message(id: string, parts: Record<string, unknown>[]): Message {
  const marks = { pinned_at_ms: null, excluded_at_ms: null, archived_at_ms: null, hidden_at_ms: null, deleted_at_ms: null }
  const rest = { conversation_id: "c", parent_id: null, depth: 0, role: "user", status: "complete", size_bytes: 0 } as const
  const more = { tokens: 0, run_id: null, origin: null, created_by: null, created_at_ms: 0, sources: [], siblings: [] }
  return { id, author: { kind: "person" }, content: { parts }, ...rest, ...marks, ...more }
}

test("what is cited twice is listed once, where it stands first", () => {
  const cited = { kind: "citation", url: "https://example.org/a?b", title: "A page" }
  const found = sourcesIn([
    message("m1", [{ kind: "file", file_id: "f1", name: "notes.pdf" }, { kind: "text", text: "read it" }]),
    message("m2", [cited, { kind: "citation", text: "by heart" }]),
    message("m3", [cited, { kind: "file", file_id: "f1", name: "notes.pdf" }]),
  ])
  expect(found.map(({ title, address, kind, messageId }) => [title, address, kind, messageId])).toEqual([
    ["notes.pdf", null, "file", "m1"],
    ["A page", "example.org", "cited", "m2"],
    ["by heart", null, "cited", "m2"],
  ])
})
