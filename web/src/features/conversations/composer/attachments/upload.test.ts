import { i18n } from "@lingui/core"
import { afterEach, beforeAll, expect, test, vi } from "vitest"
import { upload } from "@/features/conversations/composer/attachments/upload"

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }))
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** Send a file to a server that answers so to everything. Returns how often it was asked, and what it came to. */
async function sent(answer: () => Promise<Response>): Promise<{ asked: number; said: string }> {
  vi.useFakeTimers()
  vi.stubGlobal("document", { baseURI: "https://salon.example/" })
  vi.stubGlobal("addEventListener", () => undefined)
  vi.stubGlobal("removeEventListener", () => undefined)
  let asked = 0
  vi.stubGlobal("fetch", () => {
    asked += 1
    return answer()
  })
  const options = { name: "a.txt", actId: "act_1", signal: new AbortController().signal, address: null, onAddress: () => undefined, onSent: () => undefined }
  const said = upload(new Blob(["words"]), options).then(
    () => "",
    (problem: unknown) => (problem instanceof Error ? problem.message : ""),
  )
  await vi.runAllTimersAsync()
  return { asked, said: await said }
}

test("a refusal without a word is told as a sentence, and not tried again", async () => {
  const said = "The server answered with error 413. Try again, or ask whoever runs this Salon."
  expect(await sent(() => Promise.resolve(new Response("", { status: 413 })))).toEqual({ asked: 1, said })
})

test("what the server says is told, once it said so too often", async () => {
  const full = Response.json({ error: { message: "The disk is full. Free some space." } }, { status: 507 })
  expect(await sent(() => Promise.resolve(full.clone()))).toEqual({ asked: 6, said: "The disk is full. Free some space." })
})

test("a line that stays broken is not told in the browser's words", async () => {
  const said = "The server cannot be reached. Try again in a moment."
  expect(await sent(() => Promise.reject(new TypeError("Failed to fetch")))).toEqual({ asked: 6, said })
})
