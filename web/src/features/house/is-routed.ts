import type { RequestRow } from "@/api/types"

const DECIDED = /(?:^|; |: )(?:rule|variant|strategy|last|passed)=/

/** Tell whether a route had something to decide about a request; being a line of a batch is no such thing. */
export function isRouted(row: Pick<RequestRow, "decision">): boolean {
  return row.decision !== null && DECIDED.test(row.decision)
}
