import { expect, test } from "vitest"
import type { Message } from "@/features/conversations/api/messages"
import { stateOf } from "@/features/conversations/page/turn/turn-state"

const USAGE = { input_tokens: null, output_tokens: null, cost_e10: null, currency: null, started_at_ms: 1, first_token_at_ms: null, ended_at_ms: 3 }
const KEPT: Message = {
  id: "msg_1",
  conversation_id: "cnv_1",
  parent_id: null,
  depth: 1,
  role: "assistant",
  author: { kind: "model", id: "a/b", name: "b", display_name: null },
  status: "complete",
  content: { parts: [{ kind: "tool-call", id: "c1", name: "look_up", arguments: "{}" }], provider_data: null },
  size_bytes: 1,
  tokens: 1,
  run_id: null,
  origin: null,
  pinned_at_ms: null,
  excluded_at_ms: null,
  archived_at_ms: null,
  hidden_at_ms: null,
  deleted_at_ms: null,
  created_by: null,
  created_at_ms: 0,
  sources: [],
  siblings: [],
  usage: { ...USAGE, tools_ms: { c1: 1_200 } },
}

test("a kept answer knows how long its tools took, in the same map each time", () => {
  const { tools } = stateOf(KEPT, null)
  expect(tools.get("c1")?.durationMs).toBe(1_200)
  expect(stateOf({ ...KEPT }, null).tools).toBe(tools)
  expect(stateOf({ ...KEPT, usage: null }, null).tools.size).toBe(0)
})
