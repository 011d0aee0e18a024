import { i18n } from "@lingui/core"
import { expect, test } from "vitest"
import { refused, take } from "@/api/problem"

test("what the browser says of a call that nobody answers is not shown, even where no language was there yet", async () => {
  const problem = await take(Promise.reject(new TypeError("Failed to fetch"))).catch((told: unknown) => told)
  i18n.loadAndActivate({ locale: "en", messages: {} })
  expect(problem).toMatchObject({ kind: "offline", status: 0, message: "The server cannot be reached. Try again in a moment." })
})

test("a refusal is told in the server's words, and with its status where it sent none", () => {
  expect(refused(400, "No.", "name")).toMatchObject({ kind: "refused", message: "No.", field: "name", status: 400 })
  const bare = "The server answered with error 413. Try again, or ask whoever runs this Salon."
  expect(refused(413)).toMatchObject({ kind: "refused", message: bare, field: null, status: 413 })
  expect(refused(401).kind).toBe("signed-out")
})
