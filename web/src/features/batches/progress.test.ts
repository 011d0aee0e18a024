import { expect, test } from "vitest"
import { doneLines, failedLines, resultsOf, shareOf } from "@/features/batches/progress"

const counts = { lines: 10, succeeded: 3, errored: 1, expired: 1 }
const batch = { id: "batch_1", ended_at_ms: 5, archived_at_ms: null, output_file_id: "file-~a", error_file_id: null }

test("what is done was asked, well or not; a batch without lines has done nothing", () => {
  expect([doneLines(counts), failedLines(counts), shareOf(doneLines(counts), counts)]).toEqual([5, 2, 0.5])
  expect(shareOf(0, { ...counts, lines: 0 })).toBe(0)
})

test("answers are fetched in the words the batch came in", () => {
  expect(resultsOf({ ...batch, protocol: "openai" })).toEqual({ answers: "/v1/files/file-~a/content", errors: null })
  expect(resultsOf({ ...batch, protocol: "anthropic" }).answers).toBe("/v1/messages/batches/batch_1/results")
})

test("there are no answers before the end, and none after they were deleted", () => {
  expect(resultsOf({ ...batch, protocol: "anthropic", ended_at_ms: null }).answers).toBeNull()
  expect(resultsOf({ ...batch, protocol: "openai", archived_at_ms: 9 }).answers).toBeNull()
})
