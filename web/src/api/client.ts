import type { Client } from "openapi-fetch"
import type { paths } from "@/api/schema"

/** Where this Salon stands, from the document's base, so that any base path works. */
export function serverAddress(): string {
  return document.baseURI.replace(/[?#].*$/, "").replace(/\/+$/, "")
}

type Values = Readonly<Record<string, unknown>>

interface Asked {
  params?: { path?: Values; query?: Values }
  body?: unknown
  parseAs?: "json" | "blob"
  signal?: AbortSignal
}

/** Calls as the schema knows them. What they do is little beside what the package does that has the types. */
export const api = typed()

function typed(): Pick<Client<paths>, "GET" | "POST" | "PUT" | "PATCH" | "DELETE">
function typed(): object {
  return { GET: by("GET"), POST: by("POST"), PUT: by("PUT"), PATCH: by("PATCH"), DELETE: by("DELETE") }
}

function by(method: string) {
  return (path: string, asked?: Asked) => ask(method, path, asked)
}

async function ask(method: string, path: string, { params = {}, body, parseAs, signal }: Asked = {}) {
  const place = path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(String(params.path?.[name])))
  const query = written(params.query ?? {})
  const response = await fetch(serverAddress() + place + (query === "" ? "" : `?${query}`), {
    method,
    headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!response.ok) return { error: read(await response.text()), response }
  if (parseAs === "blob") return { data: await response.blob(), response }
  const text = await response.text()
  return { data: text === "" ? undefined : JSON.parse(text), response }
}

/** As the server reads it: what is not given is left out, a list is its name several times. */
function written(query: Values): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))
  return pairs.flatMap(([name, value]) => (value == null ? [] : `${name}=${encodeURIComponent(String(value))}`)).join("&")
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
