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
export type ProviderKind = Answer<"/salon/v1/provider-kinds">["items"][number]
export type Alias = Answer<"/salon/v1/aliases">["items"][number]
export type RequestWhole = Answer<"/salon/v1/requests/{request_id}">
export type PayloadRow = Answer<"/salon/v1/payloads">["items"][number]
export type Payload = Answer<"/salon/v1/payloads/{payload_id}">
export type Price = Answer<"/salon/v1/prices">["items"][number]
export type Batch = Answer<"/salon/v1/batches">["items"][number]
export type StoredFile = Answer<"/salon/v1/files">["items"][number]
export type RealtimeSession = Answer<"/salon/v1/realtime-sessions">["items"][number]
export type RequestRow = Answer<"/salon/v1/requests">["items"][number]

/** What an endpoint takes, and what comes of a POST. */
type Sent<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { "application/json": infer Body } } }
}
  ? Body
  : never
type Outcome<Path extends keyof paths> = paths[Path] extends {
  post: { responses: { 200: { content: { "application/json": infer Body } } } }
}
  ? Body
  : never

export type ProviderChange = paths["/salon/v1/providers/{provider_id}"]["patch"]["requestBody"]["content"]["application/json"]
export type AliasBody = paths["/salon/v1/aliases/{name}"]["put"]["requestBody"]["content"]["application/json"]
export type PriceBody = paths["/salon/v1/prices/{model}"]["put"]["requestBody"]["content"]["application/json"]
export type ProviderBounds = Pick<
  ProviderChange,
  "region" | "promises" | "requests_per_minute" | "tokens_per_minute" | "concurrency"
>
export type NewProvider = Sent<"/salon/v1/providers">
export type Trial = Outcome<"/salon/v1/providers/{provider_id}/test">
export type ExplainBody = Sent<"/salon/v1/routes/explain">
export type Explanation = Outcome<"/salon/v1/routes/explain">
export type Replayed = Outcome<"/salon/v1/payloads/{payload_id}/replay">

export type ApiKey = Answer<"/salon/v1/keys">["items"][number]
export type NewKey = Sent<"/salon/v1/keys">
export type KeyChange = paths["/salon/v1/keys/{key_id}"]["patch"]["requestBody"]["content"]["application/json"]
