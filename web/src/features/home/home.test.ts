import { expect, test } from "vitest"
import { firstShown, SHOWN_AT_FIRST } from "@/features/home/first-shown"
import { matchModels } from "@/features/house/match-models"
import { formatPrice } from "@/features/house/price"
import { adviceFor, hostOf } from "@/features/house/provider-advice"
import { scoreHeight } from "@/features/home/score-height"
import { isFailure } from "@/features/house/is-failure"
import { isRouted } from "@/features/house/is-routed"
import { median } from "@/lib/median"
import { MODELS } from "../../../tests/browser/house-data.ts"

function found(search: string): string[] {
  return matchModels(MODELS, search).map((model) => model.id)
}

test("a search finds models by name, alias, provider and ability, all words", () => {
  expect(found("fast")).toEqual(["openai/gpt-5-mini"])
  expect(found("anthropic reasoning")).toEqual(["anthropic/claude-sonnet-4-5"])
  expect(found("  ")).toHaveLength(MODELS.length)
  expect(found("nothing-like-this")).toEqual([])
})

test("only a provider in trouble gets advice", () => {
  const provider = { name: "lab", source: "file" }
  expect(adviceFor({ ...provider, state: "down" })).toBe("salon providers test lab")
  expect(adviceFor({ ...provider, state: "needs-credential" })).toBe(
    "salon config explain providers.lab.api_key_env",
  )
  expect(adviceFor({ ...provider, source: "api", state: "needs-credential" })).toBe("salon providers set-key lab")
  expect(adviceFor({ ...provider, state: "healthy" })).toBeNull()
  expect(hostOf("http://127.0.0.1:11434/v1")).toBe("127.0.0.1:11434")
})

test("of many providers those in trouble are shown first", () => {
  const few = [{ state: "healthy" }, { state: "down" }] as const
  expect(firstShown(few)).toEqual(few)
  const many = [...Array.from({ length: 40 }, () => ({ state: "healthy" }) as const), { state: "down" } as const]
  expect(firstShown(many)[0]).toEqual({ state: "down" })
  expect(firstShown(many)).toHaveLength(SHOWN_AT_FIRST)
})

test("the score's bars grow with the logarithm of the time", () => {
  expect([1, 50, 300, 1500, 6000, 60_000].map(scoreHeight)).toEqual([
    "h-1/6",
    "h-2/6",
    "h-3/6",
    "h-4/6",
    "h-5/6",
    "h-full",
  ])
  expect([isFailure({ status: "error" }), isFailure({ status: "cancelled" })]).toEqual([true, false])
})

test("prices are short and never zero when unknown", () => {
  expect([formatPrice("1.25", "USD", "en"), formatPrice("0.075", "USD", "en")]).toEqual(["$1.25", "$0.075"])
  expect([formatPrice("0", "USD", "en"), formatPrice(null, null, "en")]).toEqual(["$0", "–"])
})

test("the median is the middle", () => {
  expect([median([]), median([3]), median([9, 1, 5]), median([1, 2, 3, 10])]).toEqual([null, 3, 5, 2.5])
})

test("a line of a batch was chosen by a route only where one decided", () => {
  const decisions = ["line 60 of batch_1", "line 3 of batch_1: rule=code; strategy=cheapest", "strategy=weight", null]
  expect(decisions.map((decision) => isRouted({ decision }))).toEqual([false, true, true, false])
})
