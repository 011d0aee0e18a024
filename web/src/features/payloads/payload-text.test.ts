import { expect, test } from "vitest"
import { estimateBodyOf, partsOf, prettyJson, readCost } from "@/features/payloads/payload-text"
import { PAYLOAD } from "../../../tests/browser/house-data.ts"

test("JSON is shown line by line, anything else as it is", () => {
  expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  expect(prettyJson('{"a":[1')).toBe('{"a":[1')
})

test("what was taken out stands apart", () => {
  expect(partsOf("key [hidden], [hidden]").map((part) => part.isHidden)).toEqual([false, true, false, true])
  expect(partsOf("nothing")).toEqual([{ text: "nothing", isHidden: false }])
  expect(partsOf("a [hidden] b[hidden]").map((part) => part.text).join("")).toBe("a [hidden] b[hidden]")
})

test("a cost is asked for only where the request is whole and a chat", () => {
  expect(estimateBodyOf(PAYLOAD, "fast")).toMatchObject({ model: "fast", dialect: "openai" })
  expect(estimateBodyOf({ ...PAYLOAD, cut: true }, "fast")).toBeNull()
  expect(estimateBodyOf({ ...PAYLOAD, request: "[1" }, "fast")).toBeNull()
  expect(estimateBodyOf({ ...PAYLOAD, dialect: "openai-embeddings" }, "fast")).toBeNull()
  expect(estimateBodyOf(PAYLOAD, "")).toBeNull()
})

test("a cost is read from its header, and unpriced is no cost", () => {
  expect(readCost("0.0021 USD")).toEqual({ costE10: 21_000_000, currency: "USD" })
  expect([readCost("unpriced"), readCost(undefined)]).toEqual([null, null])
})
