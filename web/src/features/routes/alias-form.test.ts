import { expect, test } from "vitest"
import { Problem } from "@/api/problem"
import { aliasBodyOf, aliasRefusal, bodyOfAlias, draftOf, moved } from "@/features/routes/alias-form"
import { ALIASES } from "../../../tests/browser/house-data.ts"

const [fast, smart] = ALIASES
if (!fast || !smart) throw new Error("no aliases")

test("a changed alias keeps its rules and its mirror", () => {
  const draft = { ...draftOf(smart, ""), strategy: "weight" as const }
  const body = aliasBodyOf(draft, smart)
  expect(body).toMatchObject({ strategy: "weight", targets: [{ model: "openai/gpt-5", weight: 1, priority: 0 }] })
  expect([body.rules, body.mirror, "split" in body]).toEqual([smart.rules, smart.mirror, false])
  expect(bodyOfAlias(smart)).toEqual({ ...body, strategy: "priority" })
})

test("what is left empty is the usual weight and rank", () => {
  const draft = { ...draftOf(undefined, "demo"), targets: [{ key: 0, model: " demo ", weight: "", rank: " " }] }
  expect(aliasBodyOf(draft, undefined)).toEqual({
    strategy: "priority",
    cache: false,
    targets: [{ model: "demo", weight: 1, priority: 0 }],
  })
})

test("targets move one place, and not beyond the ends", () => {
  const rows = draftOf(fast, "").targets
  expect(moved(rows, 0, 1).map((row) => row.key)).toEqual([1, 0])
  expect(moved(rows, 0, -1)).toBe(rows)
  expect(moved(rows, 1, 2)).toBe(rows)
})

test("a refusal finds its field: by its place, by the target it quotes, or the name", () => {
  const draft = draftOf(fast, "")
  const of = (message: string, key: string | null) => aliasRefusal(new Problem("refused", message, key), draft)
  expect(of("targets.1.weight: It must be 0 or more.", "targets.1.weight")).toEqual({ field: "weight:1", sentence: "It must be 0 or more." })
  const lost = "models.fast: there is no “anthropic/claude-haiku-4-5”."
  expect(of(lost, "models.fast")).toEqual({ field: "model:1", sentence: "there is no “anthropic/claude-haiku-4-5”." })
  expect(of("models.fast: this is no name.", "models.fast").field).toBe("name")
  expect(of("The disk is full.", null)).toEqual({ field: null, sentence: "The disk is full." })
})
