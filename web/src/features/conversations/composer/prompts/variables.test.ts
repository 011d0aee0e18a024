import { expect, test } from "vitest"
import type { Variable } from "@/features/conversations/composer/prompts/api"
import { placesIn, valuesOf, variablesOf } from "@/features/conversations/composer/prompts/variables"

const COUNT: Variable = { name: "count", kind: "number", label: "How many", is_required: true, options: [], default: 3 }

test("places of a text are found in order, each once", () => {
  expect(placesIn("{{count}} ideas for {{ topic }}, {{count}} in all, not {{2x}} or {one}")).toEqual(["count", "topic"])
})

test("what is known of a place stays, and a new one takes words", () => {
  const found = variablesOf("{{topic}}: {{count}}", [COUNT])
  expect(found.map(({ name, kind }) => [name, kind])).toEqual([
    ["topic", "text"],
    ["count", "number"],
  ])
})

test("what a form says has the type of its variable", () => {
  const form = new FormData()
  form.set("count", "4")
  form.set("topic", "")
  const yes: Variable = { ...COUNT, name: "short", kind: "boolean" }
  const words: Variable = { ...COUNT, name: "topic", kind: "text" }
  expect(valuesOf([COUNT, words, yes], form)).toEqual({ count: 4, short: false })
})
