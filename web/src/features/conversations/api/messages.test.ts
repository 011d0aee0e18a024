import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import { acts } from "@/features/conversations/api/acts"
import { echoesOf, keyOf, remember, sentOf } from "@/features/conversations/api/echo"
import {
  above,
  below,
  isAtEnd,
  type Message,
  type MessagePage,
  type MessagePages,
  messagesIn,
  putMore,
  keepSame,
  branchIn,
  withMore,
} from "@/features/conversations/api/messages"
import { idOf, type QueuedAct } from "@/live/acts"

function message(id: string, parentId: string | null): Message {
  return {
    id,
    conversation_id: "cnv_1",
    parent_id: parentId,
    depth: 0,
    role: "user",
    author: { kind: "person", id: null, name: null, display_name: null },
    status: "complete",
    content: { parts: [{ kind: "text", text: id }], provider_data: null },
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
  }
}

function queued(id: string, seq: number, more: Partial<QueuedAct> = {}): QueuedAct {
  const act = acts.send("cnv_1", { text: id, branch_id: "brn_1" })
  return { ...act, id, seq, space: null, atMs: seq, problem: null, ...more }
}

function pageOf(items: Message[], next: string | null = null): MessagePage {
  return { items, next, branch: null, is_broken: false }
}

function branchOf(id: string): NonNullable<MessagePage["branch"]> {
  const never = { deleted_at_ms: null, hidden_at_ms: null, archived_at_ms: null, pinned_at_ms: null }
  return { id, conversation_id: "cnv_1", name: "main", head_id: "b", created_by: null, version: 1, created_at_ms: 0, changed_at_ms: 0, ...never }
}

test("pages go on above until the first message, and below until the end of the branch", () => {
  const page = pageOf([message("b", "a"), message("c", "b")], "c")
  expect(above(page, { end: true })).toEqual({ before: "b" })
  expect(above(pageOf([message("a", null)]), { end: true })).toBeUndefined()
  expect(above({ ...page, is_broken: true }, { end: true })).toBeUndefined()
  expect(below(page, { end: true })).toBeUndefined()
  expect(below({ ...page, branch: branchOf("brn_1") }, { upTo: "c" })).toEqual({ after: "c", branchId: "brn_1" })
  expect(below(page, { upTo: "c" })).toBeUndefined()
  expect(below(page, { before: "d" })).toEqual({ after: "c" })
  expect(below(page, { after: "a" })).toEqual({ after: "c" })
  expect(below(pageOf([]), { after: "a" })).toBeUndefined()
})

test("more at the end comes once, and takes the place of what was there", () => {
  const pages = { pages: [pageOf([message("a", null), message("b", "a")])], pageParams: [{ end: true as const }] }
  const pinned = { ...message("b", "a"), pinned_at_ms: 5 }
  const more = withMore(pages, [pinned, message("c", "b")], null)
  expect(messagesIn(more).map(({ id, pinned_at_ms }) => [id, pinned_at_ms])).toEqual([
    ["a", null],
    ["b", 5],
    ["c", null],
  ])
  expect(isAtEnd(more)).toBe(true)
  expect(isAtEnd({ ...pages, pageParams: [{ upTo: "b" }] })).toBe(false)
})

test("the branch that the first page tells is known when that page is dropped", () => {
  const told = { ...pageOf([message("b", "a")]), branch: branchOf("brn_2") }
  const up = above(told, { upTo: "b" })
  const down = below(told, { upTo: "b" })
  expect([up, down]).toEqual([
    { before: "b", branchId: "brn_2" },
    { after: "b", branchId: "brn_2" },
  ])
  const higher = pageOf([message("a", null)])
  expect(branchIn({ pages: [higher], pageParams: up ? [up] : [] })).toBe("brn_2")
  expect(below(higher, up ?? { end: true })).toEqual({ after: "a", branchId: "brn_2" })
  expect(branchIn({ pages: [higher], pageParams: [{ end: true }] })).toBeUndefined()
})

test("a page that comes above, and one that is fetched anew, leave each message the same object", () => {
  const [a, b] = [message("a", null), message("b", "a")]
  const before: MessagePages = { pages: [pageOf([b])], pageParams: [{ end: true }] }
  const more: MessagePages = { pages: [pageOf([a]), ...before.pages], pageParams: [{ before: "b" }, { end: true }] }
  expect(messagesIn(keepSame(before, more))).toEqual([a, b])
  expect(messagesIn(keepSame(before, more))[1]).toBe(b)
  const anew: MessagePages = { ...more, pages: [pageOf([message("a", null)]), pageOf([{ ...b, pinned_at_ms: 3 }])] }
  const kept = messagesIn(keepSame(more, anew))
  expect(kept[0]).toBe(a)
  expect(kept[1]?.pinned_at_ms).toBe(3)
})

test("what was said is an echo until it is answered, and then keeps its key", () => {
  const problem = { status: 409, code: "turn_too_long", message: "Too long." }
  const state = {
    isRead: true,
    acts: [queued("one", 1), queued("two", 2, { problem }), { ...queued("other", 3), about: "cnv_2" }],
    sending: "one",
    blocked: null,
  }
  expect(echoesOf(state, "cnv_1")).toMatchObject([
    { actId: "one", state: "sending", branchId: "brn_1", parts: [{ kind: "text", text: "one" }] },
    { actId: "two", state: "refused", problem },
  ])
  remember("msg_1", "one")
  expect([keyOf({ id: "msg_1" }), keyOf({ id: "msg_2" })]).toEqual(["one", "msg_2"])
  expect(sentOf({ status: 200, body: { ok: true } })).toBeNull()
})

test("ids are safe in paths, and an id that is not known yet keeps its place", () => {
  expect(acts.send(idOf("web_1"), {}).path).toBe("/salon/v1/conversations/{act:web_1}/send")
  expect(acts.removeMessage("cnv/1", "a?b", "erase", true).path).toBe(
    "/salon/v1/conversations/cnv%2F1/messages/a%3Fb?verb=erase&below=true",
  )
  expect(acts.changeQueued("cnv_1", "que_1", { text: "x" }, 3).ifMatch).toBe('"3"')
})

test("what is put at the end stays there, also when what was fetched meanwhile is of before", async () => {
  const queries = new QueryClient()
  const queryKey = ["conversation", "cnv_1", "messages"]
  const old: MessagePages = { pages: [pageOf([message("a", null)])], pageParams: [{ end: true }] }
  queries.setQueryData<MessagePages>(queryKey, old)
  const answer = Promise.withResolvers<MessagePages>()
  const fetched = queries.fetchQuery({ queryKey, queryFn: () => answer.promise, networkMode: "always" })
  putMore(queries, queryKey, [message("b", "a")], null)
  const ids = (): string[] => messagesIn(queries.getQueryData<MessagePages>(queryKey)).map(({ id }) => id)
  expect(ids()).toEqual(["a", "b"])
  answer.resolve(old)
  await fetched
  expect(ids()).toEqual(["a", "b"])
  putMore(queries, queryKey, [message("z", "elsewhere")], null)
  expect(ids()).toEqual(["a", "b"])
})
