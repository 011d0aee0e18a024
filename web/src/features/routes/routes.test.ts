import { expect, test } from "vitest"
import { explainBodyOf } from "@/features/routes/explain-form"
import { matchAliases } from "@/features/routes/match-aliases"
import { sharesOf } from "@/features/routes/shares"
import { ALIASES } from "../../../tests/browser/house-data.ts"

function found(search: string): string[] {
  return matchAliases(ALIASES, search).map((alias) => alias.name)
}

test("a form without a message asks about a greeting", () => {
  const form = new FormData()
  form.set("model", " fast ")
  expect(explainBodyOf(form)).toEqual({
    model: "fast",
    dialect: "openai",
    body: { messages: [{ role: "user", content: "Hello" }] },
  })
})

test("what is ticked and named goes into the question", () => {
  const form = new FormData()
  for (const [name, value] of [["model", "m"], ["message", "hi"], ["tools", "on"], ["stream", "on"], ["user", "ann"]] as const) {
    form.set(name, value)
  }
  const body = explainBodyOf(form)
  expect(body).toMatchObject({ user: "ann", body: { stream: true, messages: [{ content: "hi" }] } })
  expect(body.body).toHaveProperty("tools")
  expect(body).not.toHaveProperty("conversation")
})

test("weights are parts of a whole", () => {
  expect(sharesOf([{ weight: 3 }, {}])).toEqual([0.75, 0.25])
  expect(sharesOf([{ weight: 0 }, { weight: 0 }])).toEqual([0.5, 0.5])
})

test("aliases are found by their names and by every target", () => {
  expect(found("smart")).toEqual(["smart"])
  expect(found("ollama")).toEqual(["smart"])
  expect(found("")).toHaveLength(ALIASES.length)
})
