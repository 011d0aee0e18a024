import { expect, test, vi } from "vitest"
import { findConversations } from "@/features/palette/find-conversations"

test("conversations are found by title, then by words, and one without a title is called so", () => {
  const go = vi.fn()
  const hit = { message_id: "msg_1", conversation_id: "cnv_2", title: "", snippet: "An otter." }
  const found = findConversations([{ conversation_id: "cnv_1", title: "Otters" }], [hit], "Without a title", go)
  expect(found.map(({ id, title, preview }) => [id, title, preview])).toEqual([
    ["conversation-cnv_1", "Otters", undefined],
    ["message-msg_1", "Without a title", "An otter."],
  ])
  for (const one of found) one.run()
  expect(go.mock.calls).toEqual([["cnv_1"], ["cnv_2", "msg_1"]])
})
