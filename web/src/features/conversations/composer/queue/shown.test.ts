import { expect, test } from "vitest"
import { acts } from "@/features/conversations/api/acts"
import { type Queued, withActs } from "@/features/conversations/composer/queue/shown"

const queued = (id: string, position: number): Queued => ({
  id,
  position,
  branch_id: "brn_1",
  conversation_id: "cnv_1",
  created_at_ms: 0,
  changed_at_ms: 0,
  created_by: null,
  message_id: `msg_${id}`,
  problem: null,
  draft: { parts: [{ kind: "text", text: id }], models: ["demo"] },
  status: "waiting",
  version: 1,
})
const THREE = [queued("q/1", 0), queued("q2", 1), queued("q3", 2)]
const shown = (items: readonly Queued[]): unknown[] => items.toSorted((one, other) => one.position - other.position).map(({ id, draft }) => [id, draft["parts"]])

test("what was done to the queue stands while the server has not answered, in the order in which it was done", () => {
  const all = [
    acts.reorderQueue("cnv_1", { branch_id: "brn_1", order: ["q/1", "q3", "q2"] }),
    acts.dropQueued("cnv_1", "q/1"),
    acts.changeQueued("cnv_1", "q2", { parts: [{ kind: "text", text: "Last" }] }),
  ]
  expect(shown(withActs(THREE, all, "cnv_1"))).toEqual([
    ["q3", [{ kind: "text", text: "q3" }]],
    ["q2", [{ kind: "text", text: "Last" }]],
  ])
  // Nor does an answer change it that already has some of that.
  expect(shown(withActs(withActs(THREE, all.slice(0, 2), "cnv_1"), all, "cnv_1"))).toEqual(shown(withActs(THREE, all, "cnv_1")))
})

test("what is about another conversation changes nothing", () => {
  expect(withActs(THREE, [acts.dropQueued("cnv_2", "q2"), acts.sendNow("cnv_2", "q2")], "cnv_1")).toEqual(THREE)
  expect(shown(withActs(THREE, [acts.sendNow("cnv_1", "q2")], "cnv_1"))).toHaveLength(2)
})
