import { queryOptions } from "@tanstack/react-query"
import { serverAddress, api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"

export type Export = components["schemas"]["Export"]
export type ExportFormat = NonNullable<components["schemas"]["ExportBody"]["format"]>

export const EXPORT_FORMATS = ["json", "jsonl", "messages-jsonl", "markdown", "html"] as const satisfies readonly ExportFormat[]

const LOOK_MS = 700

export interface ExportWish {
  /** Null is everything. */
  readonly ids: readonly string[] | null
  readonly format: ExportFormat
  readonly files: boolean
}

/** Begin an export; it goes on without this page. */
export function beginExport({ ids, format, files }: ExportWish): Promise<Export> {
  const what = ids === null ? { all: true } : { conversation_ids: [...ids] }
  return take(api.POST("/salon/v1/exports", { body: { ...what, format, files } }))
}

/** How far an export is; asked again until it is over. */
export function exportQuery(id: string) {
  const params = { path: { export_id: id } }
  return queryOptions({
    queryKey: ["exports", id],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/exports/{export_id}", { signal, params })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : LOOK_MS),
  })
}

export async function cancelExport(id: string): Promise<void> {
  await take(api.POST("/salon/v1/exports/{export_id}/cancel", { params: { path: { export_id: id } } }))
}

export function exportAddress(id: string): string {
  return `${serverAddress()}/salon/v1/exports/${encodeURIComponent(id)}/file`
}

export function isOver(status: string): boolean {
  return status !== "running"
}
