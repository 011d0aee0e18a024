import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"

/** Saved prompts: texts with places to fill in, each with its versions. */
export type PromptRow = components["schemas"]["PromptRow"]
export type Prompt = components["schemas"]["Prompt"]
export type PromptVersion = components["schemas"]["PromptVersion"]
export type Variable = components["schemas"]["VariableBody"]
export type Value = string | number | boolean | null

const PROMPTS = "prompts"
const MOST = 200

export function promptsQuery() {
  return queryOptions({
    queryKey: [PROMPTS],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/prompts", { signal, params: { query: { limit: MOST } } }))).items,
  })
}

/** One with the words of a version; of the live one, unless a number is named. */
export function promptQuery(id: string, number?: number) {
  const params = { path: { prompt: id }, query: number === undefined ? {} : { number } }
  return queryOptions({
    queryKey: [PROMPTS, id, number ?? "live"],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/prompts/{prompt}", { signal, params })),
  })
}

export function versionsQuery(id: string) {
  const params = { path: { prompt: id }, query: { limit: MOST } }
  return queryOptions({
    queryKey: [PROMPTS, id, "versions"],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/prompts/{prompt}/versions", { signal, params }))).items,
  })
}

/** The words of a prompt with its places filled in. Throws: Problem, with the field that is wrong. */
export async function render(id: string, values: Record<string, Value>): Promise<string> {
  const params = { path: { prompt: id } }
  return (await take(api.POST("/salon/v1/prompts/{prompt}/render", { params, body: { values } }))).text
}

export interface Written {
  readonly name: string
  readonly description: string
  readonly text: string
  readonly variables: Variable[]
  readonly note: string
}

export function makePrompt({ name, description, text, variables, note }: Written): Promise<Prompt> {
  return take(api.POST("/salon/v1/prompts", { body: { name, description, text, variables, note } }))
}

/** Keep what was changed: other words are a new version, which is the live one from then on. */
export async function keepPrompt(old: Prompt, { name, description, text, variables, note }: Written): Promise<void> {
  const params = { path: { prompt: old.id } }
  if (name !== old.name || description !== old.description) {
    await take(api.PATCH("/salon/v1/prompts/{prompt}", { params, body: { name, description } }))
  }
  const isSame = text === old.shown.text && JSON.stringify(variables) === JSON.stringify(old.shown.variables)
  if (isSame) return
  await take(api.POST("/salon/v1/prompts/{prompt}/versions", { params, body: { text, variables, note } }))
}

export function makeLive(id: string, number: number): Promise<Prompt> {
  return take(api.PATCH("/salon/v1/prompts/{prompt}", { params: { path: { prompt: id } }, body: { live: number } }))
}

export function removePrompt(id: string): Promise<unknown> {
  return take(api.DELETE("/salon/v1/prompts/{prompt}", { params: { path: { prompt: id } } }))
}
