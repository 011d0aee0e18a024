import { expect, test } from "vitest"
import { registered, registerFeature } from "@/registry/registry"

const Nothing = (): null => null

test("parts of several features come in their order, and the same array comes until one is added", () => {
  registerFeature({ id: "late", sidebar: [{ id: "b", order: 2, component: Nothing }] })
  registerFeature({ id: "early", sidebar: [{ id: "a", order: 1, component: Nothing }] })
  const parts = registered("sidebar")
  expect(parts.map((part) => part.id)).toEqual(["a", "b"])
  expect(registered("sidebar")).toBe(parts)
  registerFeature({ id: "later", sidebar: [{ id: "c", order: 3, component: Nothing }] })
  expect(registered("sidebar").map((part) => part.id)).toEqual(["a", "b", "c"])
})

test("a list that nobody brings anything to is empty", () => {
  expect(registered("panels")).toEqual([])
})

test("a feature cannot be there twice", () => {
  registerFeature({ id: "once" })
  expect(() => registerFeature({ id: "once" })).toThrow("registered twice")
})
