import { expect, test } from "vitest"
import type { Model } from "@/api/types"
import { parseChosen, withFavourite, withUsed } from "@/features/models/picker/chosen"
import { groupsOf, isCut, optionsOf, usualModel } from "@/features/models/picker/options"

function model(id: string, more: Partial<Model> = {}): Model {
  const [provider = "", name = id] = id.split("/")
  return {
    id,
    provider,
    name,
    context_tokens: null,
    max_output_tokens: null,
    capabilities: ["streaming"],
    input_price: null,
    output_price: null,
    piece_prices: {},
    currency: null,
    priced: false,
    price_version: null,
    aliases: [],
    ...more,
  }
}

const DEMO = model("demo/demo")
const FAST = model("openai/fast", { aliases: ["quick"] })
const DEEP = model("anthropic/deep")
const WORDS = model("openai/words", { capabilities: ["embedding"] })
const ALL = [DEMO, FAST, DEEP, WORDS]
const NOTHING = parseChosen(null)

test("models that only embed are not offered, and aliases are", () => {
  expect(optionsOf(ALL).map(({ name }) => name)).toEqual(["quick", "demo/demo", "openai/fast", "anthropic/deep"])
})

test("favourites and recent ones come first, and each stands once", () => {
  const chosen = { model: null, favourites: ["anthropic/deep"], recent: ["anthropic/deep", "quick", "gone/model"] }
  const shown = groupsOf(ALL, "", chosen).map(({ name, options }) => [name, options.map((one) => one.name)])
  expect(shown).toEqual([
    ["favourites", ["anthropic/deep"]],
    ["recent", ["quick"]],
    ["all", ["demo/demo", "openai/fast"]],
  ])
  expect(groupsOf(ALL, "deep streaming", chosen).map(({ name }) => name)).toEqual(["favourites"])
})

test("of very many some are shown, and that there are more is known", () => {
  const many = Array.from({ length: 200 }, (_, at) => model(`many/model-${at}`))
  const groups = groupsOf(many, "", NOTHING)
  expect([groups.flatMap(({ options }) => options).length, isCut(groups)]).toEqual([60, true])
  expect(isCut(groupsOf(ALL, "", NOTHING))).toBe(false)
})

test("who answers unless named is the chosen one, the last one, or a real one before the demo", () => {
  expect(usualModel(ALL, NOTHING)).toBe("quick")
  expect(usualModel([DEMO, DEEP], NOTHING)).toBe("anthropic/deep")
  expect(usualModel(ALL, { ...NOTHING, model: "demo/demo" })).toBe("demo/demo")
  expect(usualModel(ALL, { ...NOTHING, model: "gone/model", recent: ["anthropic/deep"] })).toBe("anthropic/deep")
  expect(usualModel([], NOTHING)).toBeNull()
})

test("what is kept is read again, whoever wrote it", () => {
  expect(parseChosen("{")).toEqual(NOTHING)
  expect(parseChosen('{"model":3,"recent":["a",4],"favourites":"x"}')).toEqual({ ...NOTHING, recent: ["a"] })
  expect(withUsed({ ...NOTHING, recent: ["a", "b"] }, ["b"]).recent).toEqual(["b", "a"])
  expect(withFavourite(withFavourite(NOTHING, "a"), "a").favourites).toEqual([])
})
