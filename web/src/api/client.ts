import createClient from "openapi-fetch"
import type { paths } from "@/api/schema"

/** Where this Salon stands, from the document's base, so that any base path works. */
export function serverAddress(): string {
  return document.baseURI.replace(/[?#].*$/, "").replace(/\/+$/, "")
}

export const api = createClient<paths>({
  baseUrl: typeof document === "undefined" ? "http://127.0.0.1" : serverAddress(),
  credentials: "same-origin",
  headers: { Accept: "application/json" },
})
