import { expect, test } from "vitest"
import { bodyOf, boundsOf, changeOf, fieldOf, freeName, matchKinds, optionField } from "@/features/providers/provider-form"
import { KINDS } from "../../../tests/browser/kinds-data.ts"

const [openai, azure] = KINDS
if (!openai || !azure) throw new Error("no kinds")

function filled(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

test("what is left empty is left out", () => {
  expect(bodyOf(openai, filled({ name: " lab ", api_key: "sk-1", base_url: "", region: " " }))).toEqual({
    kind: "openai",
    name: "lab",
    api_key: "sk-1",
  })
})

test("options, models and limits are read in their own forms", () => {
  const fields = {
    [optionField("tenant_id")]: "t",
    models: "gpt-5\n gpt-5-mini,  gpt-4.1\n",
    concurrency: "4",
    allow_private: "on",
    headers: "X-Title: Notes: mine\n\nX-Team:a",
  }
  expect(bodyOf(azure, filled(fields))).toEqual({
    kind: "azure",
    options: { tenant_id: "t" },
    models: ["gpt-5", "gpt-5-mini", "gpt-4.1"],
    concurrency: 4,
    headers: { "X-Title": "Notes: mine", "X-Team": "a" },
    allow_private: true,
  })
})

test("what was emptied goes back to what the kind has, and an empty key stays the stored one", () => {
  const fields = { base_url: " ", label: "Lab", models: "", headers: "X-Title: Notes", api_key: "", allow_private: "on" }
  expect(changeOf(azure, filled({ ...fields, [optionField("tenant_id")]: "t" }))).toEqual({
    base_url: null,
    label: "Lab",
    models: [],
    options: { tenant_id: "t" },
    headers: { "X-Title": "Notes" },
    allow_private: true,
  })
  expect(changeOf(openai, filled({ api_key: "sk-2" }))).toMatchObject({ api_key: "sk-2", options: {}, allow_private: false })
})

test("a bound that was emptied is taken away", () => {
  expect(boundsOf(filled({ requests_per_minute: "60", promises: "no-training, eu-only", region: " " }))).toEqual({
    requests_per_minute: 60,
    tokens_per_minute: null,
    concurrency: null,
    region: null,
    promises: ["no-training", "eu-only"],
  })
})

test("a refusal finds its field", () => {
  expect(fieldOf("providers.lab.options.tenant_id")).toBe("option:tenant_id")
  expect(fieldOf("providers.lab.base_url")).toBe("base_url")
  expect([fieldOf("name"), fieldOf("providers.lab.options"), fieldOf(null)]).toEqual(["name", null, null])
})

test("kinds are found by all words of a search, and a free name is proposed", () => {
  expect(matchKinds(KINDS, "azure open").map((kind) => kind.name)).toEqual(["azure"])
  expect(matchKinds(KINDS, "  ")).toEqual(KINDS)
  expect([freeName("openai", []), freeName("openai", ["openai", "openai-2"])]).toEqual(["openai", "openai-3"])
})
