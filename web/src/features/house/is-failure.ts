import type { RequestRow } from "@/api/types"

/** Tell whether a request ended badly; one its caller cut off did not. */
export function isFailure(row: Pick<RequestRow, "status">): boolean {
  return row.status === "error" || row.status === "interrupted"
}
