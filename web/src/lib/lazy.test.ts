import { expect, test } from "vitest"
import { arrival } from "@/lib/lazy"

/** What is had at the `nth` try. */
function atTry(nth: number): () => Promise<string> {
  let tries = 0
  return () => ((tries += 1) < nth ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve("here"))
}

test("what is away with the server comes when that is back", async () => {
  const paused: number[] = []
  const pause = (failures: number): Promise<void> => {
    paused.push(failures)
    return Promise.resolve()
  }
  expect(await arrival(atTry(4), () => Promise.resolve(false), pause)).toBe("here")
  expect(paused).toEqual([1, 2, 3])
})

test("what came back between the try and the question is had at the second try", async () => {
  expect(await arrival(atTry(2), () => Promise.resolve(true), () => Promise.reject(new Error("paused")))).toBe("here")
})

test("what the server does not have is an error", async () => {
  await expect(arrival(atTry(3), () => Promise.resolve(true), () => Promise.resolve())).rejects.toThrow("Failed to fetch")
})
