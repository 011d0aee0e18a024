import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api, serverAddress } from "@/api/client"
import { refused, take, unreached } from "@/api/problem"
import type { components } from "@/api/schema"
import { isOver } from "@/features/conversations/exchange/api/exports"

export type Import = components["schemas"]["Import"]
export type ImportEntry = components["schemas"]["ImportEntry"]

const LOOK_MS = 500
const FIRST: string | null = null

/**
 * Send an export of some program and begin to read it; `onSent` hears which part of it has gone.
 *
 * Throws: Problem, with the server's own sentence if it sent one; AbortError once `signal` says so.
 */
export function uploadImport(file: File, options: { isDry: boolean; onSent: (part: number) => void; signal: AbortSignal }): Promise<Import> {
  const query = new URLSearchParams({ filename: file.name, dry_run: String(options.isDry) })
  // Only this way tells how much has gone: `fetch` does not.
  const call = new XMLHttpRequest()
  call.open("POST", `${serverAddress()}/salon/v1/imports/upload?${query}`)
  call.setRequestHeader("Content-Type", "application/octet-stream")
  call.responseType = "json"
  return new Promise((resolve, reject) => {
    call.upload.addEventListener("progress", (event) => options.onSent(event.total > 0 ? event.loaded / event.total : 0))
    call.addEventListener("load", () => {
      const answer: Import & { error?: { message?: string } } = call.response
      if (call.status < 400 && answer !== null) resolve(answer)
      else reject(refused(call.status, answer?.error?.message))
    })
    call.addEventListener("error", () => reject(unreached()))
    call.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")))
    options.signal.addEventListener("abort", () => call.abort(), { once: true })
    call.send(file)
  })
}

/** How far an import is; asked again until it is over. */
export function importQuery(id: string) {
  const params = { path: { import_id: id } }
  return queryOptions({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/imports/{import_id}", { signal, params })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : LOOK_MS),
  })
}

/** What became of each conversation of an import. */
export function reportQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["imports", id, "report"],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const path = { import_id: id }
      return take(api.GET("/salon/v1/imports/{import_id}/report", { signal, params: { path, query } }))
    },
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next,
  })
}

export async function cancelImport(id: string): Promise<void> {
  await take(api.POST("/salon/v1/imports/{import_id}/cancel", { params: { path: { import_id: id } } }))
}
