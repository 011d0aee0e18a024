import { expect, test } from "vitest"
import { recognise } from "@/features/first-run/recognise"

test.each([
  ["sk-ant-api03-abc", "anthropic"],
  [" sk-or-v1-abc ", "openrouter"],
  ["sk-proj-abc", "openai"],
  ["AIzaSyAbc", "gemini"],
  ["gsk_abc", "groq"],
  [`sk-${"0".repeat(32)}`, "deepseek"],
  [`sk-${"Z".repeat(48)}`, "openai"],
])("the key %s is one of %s", (key, kind) => {
  expect(recognise(key)[0]).toBe(kind)
})

test("a key that says nothing is nobody's", () => {
  expect(recognise("0123456789")).toEqual([])
  expect(recognise("")).toEqual([])
})
