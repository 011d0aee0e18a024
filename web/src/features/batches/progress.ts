import type { Batch } from "@/api/types"

type Counts = Pick<Batch, "lines" | "succeeded" | "errored" | "expired">

/** How many lines of a batch were asked and are done with, well or not. */
export function doneLines(batch: Counts): number {
  return batch.succeeded + failedLines(batch)
}

/** How many were asked, or waited, in vain; those that nobody wanted any more are not among them. */
export function failedLines(batch: Counts): number {
  return batch.errored + batch.expired
}

/** A part of all lines, from 0 to 1. */
export function shareOf(count: number, batch: Counts): number {
  return batch.lines === 0 ? 0 : count / batch.lines
}

function contentOf(fileId: string | null): string | null {
  return fileId === null ? null : `/v1/files/${fileId}/content`
}

/** Where what came of a batch is to be had; nothing while there is none, or none any more. */
export function resultsOf(
  batch: Pick<Batch, "id" | "protocol" | "ended_at_ms" | "archived_at_ms" | "output_file_id" | "error_file_id">,
): { answers: string | null; errors: string | null } {
  if (batch.archived_at_ms !== null) return { answers: null, errors: null }
  if (batch.protocol === "openai") return { answers: contentOf(batch.output_file_id), errors: contentOf(batch.error_file_id) }
  return { answers: batch.ended_at_ms === null ? null : `/v1/messages/batches/${batch.id}/results`, errors: null }
}
