import { expect, test } from "vitest"
import type { Echo } from "@/features/conversations/api/echo"
import { remember } from "@/features/conversations/api/echo"
import type { Message } from "@/features/conversations/api/messages"
import { linesOf, type Running, splitBy } from "@/features/conversations/page/lines"

function message(id: string, parentId: string | null, change: Partial<Message> = {}): Message {
  return {
    id,
    parent_id: parentId,
    conversation_id: "cnv_1",
    author: { kind: "person", id: "usr_1", name: null, display_name: null },
    role: "user",
    content: { parts: [{ kind: "text", text: id }], provider_data: null },
    created_at_ms: 1,
    created_by: null,
    depth: 0,
    archived_at_ms: null,
    deleted_at_ms: null,
    excluded_at_ms: null,
    hidden_at_ms: null,
    pinned_at_ms: null,
    origin: null,
    run_id: null,
    siblings: [],
    size_bytes: 1,
    sources: [],
    status: "complete",
    tokens: 1,
    ...change,
  }
}

function running(messageId: string, parentId: string, branchId = "brn_1"): Running {
  const at = { started_at_ms: 1, created_by: null, conversation_id: "cnv_1" }
  return { run_id: `run_${messageId}`, message_id: messageId, parent_id: parentId, branch_id: branchId, ...at }
}

function echo(actId: string, branchId: string | null = null): Echo {
  const state = "sending" as const
  return { actId, conversationId: "cnv_1", branchId, parentId: null, replaces: null, parts: [], state, problem: null, atMs: 1 }
}

const rest = { running: [], echoes: [], branchId: "brn_1", isAtEnd: true }
const keysOf = (shown: Parameters<typeof linesOf>[0]): string[] => linesOf(shown).map(({ key }) => key)

test("what was said keeps its key when the server has it, and its answer when it has ended", () => {
  const [first, second] = [message("msg_a", null), message("msg_b", "msg_a", { role: "assistant" })]
  expect(keysOf({ ...rest, messages: [], echoes: [echo("act_1")] })).toEqual(["act_1"])
  remember("msg_a", "act_1")
  const going = [running("msg_b", "msg_a")]
  expect(keysOf({ ...rest, messages: [first], echoes: [echo("act_1")], running: going })).toEqual(["act_1", "msg_b"])
  expect(keysOf({ ...rest, messages: [first, second], running: going })).toEqual(["act_1", "msg_b"])
})

test("an answer that is made again stands in the place of what was there", () => {
  const messages = [message("m1", null), message("m2", "m1", { role: "assistant" }), message("m3", "m2")]
  expect(keysOf({ ...rest, messages, running: [running("m9", "m1")] })).toEqual(["m1", "m9"])
  expect(keysOf({ ...rest, messages, running: [running("m9", "m1", "brn_2")] })).toEqual(["m1", "m2", "m3"])
})

test("what is changed, and what was said below it, gives way to what is on its way", () => {
  const messages = [message("e1", null), message("e2", "e1", { role: "assistant" }), message("e3", "e2")]
  const changed = { ...echo("act_7", "brn_1"), replaces: "e1" }
  expect(keysOf({ ...rest, messages, echoes: [changed] })).toEqual(["act_7"])
  expect(keysOf({ ...rest, messages, echoes: [{ ...changed, state: "refused" }] })).toEqual(["e1", "e2", "e3"])
})

test("away from the end of the branch nothing is put below", () => {
  const messages = [message("n1", null), message("n2", "n1")]
  const shown = { ...rest, messages, running: [running("n9", "n5")], echoes: [echo("act_9")], isAtEnd: false }
  expect(keysOf(shown)).toEqual(["n1", "n2"])
})

test("what was said on another branch, to the model alone, or was hidden is no turn", () => {
  const messages = [message("s", null, { role: "system" }), message("h", "s", { hidden_at_ms: 4 }), message("u", "h")]
  expect(keysOf({ ...rest, messages, echoes: [echo("act_8", "brn_2")] })).toEqual(["u"])
})

test("an answer below an answer goes on with it", () => {
  const messages = [message("q", null), message("w", "q", { role: "assistant", status: "interrupted" })]
  expect(linesOf({ ...rest, messages, running: [running("x", "w")] }).map(({ goesOn }) => goesOn)).toEqual([false, false, true])
})

test("answers side by side are one turn from their beginning, in the place of the one that is shown, until one is picked", () => {
  const messages = [message("p1", null), message("p2", "p1", { role: "assistant" }), message("p3", "p2")]
  const beside = { parentId: "p1", isOpen: true, passedOver: [] }
  const going = [running("p8", "p1"), running("p9", "p1")]
  const [key] = keysOf({ ...rest, messages: messages.slice(0, 1), running: going, beside }).slice(1)
  expect(linesOf({ ...rest, messages: messages.slice(0, 1), running: going, beside }).at(-1)?.lanes?.running).toEqual(going)
  expect(keysOf({ ...rest, messages: messages.slice(0, 2), running: going.slice(1), beside })).toEqual(["p1", key])
  expect(keysOf({ ...rest, messages, beside })).toEqual(["p1", key, "p3"])
  const picked = { parentId: "p1", isOpen: false, passedOver: ["run_p9"] }
  expect(keysOf({ ...rest, messages, running: going.slice(1), beside: picked })).toEqual(["p1", "p2", "p3"])
})

test("several that answer the same words on the branch split it; one that does, or others elsewhere, do not", () => {
  expect(splitBy([running("a1", "a"), running("a2", "a")], "brn_1")).toBe("a")
  expect(splitBy([running("a1", "a"), running("b1", "b")], "brn_1")).toBeNull()
  expect(splitBy([running("a1", "a"), running("a2", "a", "brn_2")], "brn_1")).toBeNull()
})
