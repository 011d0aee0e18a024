import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"

export type Template = components["schemas"]["Template"]
export type TemplateBody = components["schemas"]["TemplateBody"]

const KEY = ["templates"]

export function templatesQuery() {
  return queryOptions({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/templates", { signal }))).items,
  })
}

/** Begin a conversation with a template's settings and first messages; its id. */
export async function beginFrom(id: string, title: string): Promise<string> {
  const params = { path: { template_id: id } }
  return (await take(api.POST("/salon/v1/templates/{template_id}/conversations", { params, body: { title } }))).id
}

export function saveTemplate(body: TemplateBody): Promise<Template> {
  return take(api.POST("/salon/v1/templates", { body }))
}

export async function removeTemplate(id: string): Promise<void> {
  const { error } = await api.DELETE("/salon/v1/templates/{template_id}", { params: { path: { template_id: id } } })
  if (error) throw new Error(error.error.message)
}

const MOST_MESSAGES = 100

/** What a conversation would be as a template; `messages` is null where there are more than one can have. */
export async function templateOf(id: string): Promise<{ settings: Record<string, unknown>; messages: TemplateBody["messages"] | null }> {
  const path = { conversation_id: id }
  const [{ settings }, { items, next }] = await Promise.all([
    take(api.GET("/salon/v1/conversations/{conversation_id}", { params: { path } })),
    take(api.GET("/salon/v1/conversations/{conversation_id}/messages", { params: { path, query: { limit: MOST_MESSAGES } } })),
  ])
  const said = items.filter(({ content }) => (content?.parts.length ?? 0) > 0)
  return { settings, messages: next === null ? said.map(({ role, content }) => ({ role, parts: content?.parts ?? [] })) : null }
}
