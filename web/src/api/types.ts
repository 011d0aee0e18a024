import type { paths } from "@/api/schema"

/** Names for what the endpoints return; the shapes themselves are generated. */
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } }
}
  ? Body
  : never

export type Status = Answer<"/salon/v1/status">
export type Provider = Answer<"/salon/v1/providers">["items"][number]
export type ProviderState = Provider["state"]
export type Model = Answer<"/salon/v1/models">["items"][number]
export type RequestRow = Answer<"/salon/v1/requests">["items"][number]
