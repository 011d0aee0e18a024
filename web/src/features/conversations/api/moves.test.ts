import { expect, test } from "vitest"
import { endsElsewhere } from "@/features/conversations/api/moves"
import type { SpaceEvent } from "@/live/frames"

const event = (type: string, subject: string, data: Record<string, unknown>): SpaceEvent => ({ id: "", number: 1, type, subject, data, created_by: null, at_ms: 0 })
const added = (id: string, parent: string | null): SpaceEvent => event("message.added", id, { parent })
const moved = (head: string, more: Record<string, unknown> = {}): SpaceEvent => event("branch.moved", "main", { head, ...more })

test.each([
  ["goes on from its end", [added("c", "b"), added("d", "c"), moved("d")], false],
  ["ends where it did", [moved("b", { kind: "switch", from: "x" })], false],
  ["was edited above its end", [added("x", "a"), moved("x")], true],
  ["was begun anew", [added("x", null), moved("x")], true],
  ["was turned to what nobody shows", [moved("y", { kind: "switch", from: "b" })], true],
  ["goes on from what nobody knows yet", [added("z", "y"), moved("z")], false],
  ["is another one", [added("x", "a"), event("branch.moved", "other", { head: "x" })], false],
])("a branch that %s", (_, events, isElsewhere) => {
  expect(endsElsewhere(events, "main", ["a", "b"])).toBe(isElsewhere)
})
