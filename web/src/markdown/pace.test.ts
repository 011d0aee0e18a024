import { beforeEach, expect, test, vi } from "vitest"

type Pace = typeof import("./pace.ts")

let now = 0
let frames: (() => void)[] = []
let press: (event: { key: string }) => void = () => undefined

async function open(): Promise<Pace> {
  vi.resetModules()
  return import("./pace.ts")
}

/** Let the next frame be made, which takes so long, and be painted. */
async function nextFrame(tookMs = 1): Promise<void> {
  const due = frames
  frames = []
  due.forEach((one) => one())
  now += tookMs
  // A message of one thread passes as a task of its own.
  await new Promise((done) => setTimeout(done, 5))
}

beforeEach(() => {
  now = 10_000
  frames = []
  vi.spyOn(performance, "now").mockImplementation(() => now)
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame))
  vi.stubGlobal("document", { hidden: false, addEventListener: (_: string, listen: typeof press) => (press = listen) })
})

test("a frame draws as much as there is time for: less where it takes long, more where it does not", async () => {
  const { drew, lettersLeft } = await open()
  const first = lettersLeft()
  drew(0, first)
  await nextFrame(72)
  expect(lettersLeft()).toBe(first / 2)
  for (let frame = 0; frame < 10; frame += 1) {
    drew(0, lettersLeft())
    await nextFrame(4)
  }
  expect(lettersLeft()).toBe(3000)
  // What others do in a frame says nothing of texts.
  drew(0, 4)
  await nextFrame(300)
  expect(lettersLeft()).toBe(3000)
})

test("texts that grow together share a frame, and each gets a little of it", async () => {
  const { drew, lettersLeft } = await open()
  const first = lettersLeft()
  drew(0, first - 10)
  expect(lettersLeft()).toBe(160)
})

test("the frame of a key draws nothing else, and the one after goes on", async () => {
  const { drawNext, lettersLeft } = await open()
  const draw = vi.fn()
  drawNext(draw)
  press({ key: "a" })
  expect(lettersLeft()).toBe(0)
  await nextFrame()
  expect(draw).not.toHaveBeenCalled()
  await nextFrame()
  expect(draw).toHaveBeenCalledOnce()
  press({ key: "Enter" })
  expect(lettersLeft()).toBeGreaterThan(0)
})

test("while a key is held, every second frame draws", async () => {
  const { drawNext } = await open()
  const drawn: number[] = []
  const draw = (): void => {
    drawn.push(now)
    drawNext(draw)
  }
  drawNext(draw)
  for (let frame = 0; frame < 6; frame += 1) {
    press({ key: "a" })
    await nextFrame()
  }
  expect(drawn).toHaveLength(3)
})

test("what can wait comes once all is drawn, one after another, and who left does not", async () => {
  const { drawNext, isRushing, whenCalm } = await open()
  const done: string[] = []
  drawNext(() => done.push("text"))
  whenCalm(() => done.push("colours"))
  whenCalm(() => done.push("never"))()
  whenCalm(() => done.push(`more, ${isRushing() ? "in a hurry" : "calm"}`))
  await new Promise((next) => setTimeout(next, 5))
  expect(done).toEqual([])
  await nextFrame()
  await vi.waitFor(() => expect(done).toEqual(["text", "colours", "more, calm"]))
})
