import type { Page } from "playwright-core"

/** What a page tells of itself while something happens on it. */

export interface Watched {
  /** Of the frames of a display of 60 a second, the share that was not drawn, in percent. */
  droppedPercent: number
  /** The longest task, ms; 0 where none took 50. */
  longestTaskMs: number
  /** From a key to the next paint, ms; 0 where none took 16. */
  slowestKeyMs: number
  /** What the main thread worked, ms. */
  mainThreadMs: number
}

interface Tally {
  frames: number[]
  tasks: number[]
  keys: number[]
  isOn: boolean
}

const FRAME_MS = 1000 / 60

/** Watch a page while `act` goes on. */
export async function watch(page: Page, act: () => Promise<void>): Promise<Watched> {
  const session = await page.context().newCDPSession(page)
  await session.send("Performance.enable")
  const worked = async (): Promise<number> =>
    ((await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000
  await page.evaluate(() => {
    const tally: Tally = { frames: [], tasks: [], keys: [], isOn: true }
    Reflect.set(globalThis, "tally", tally)
    const frame = (at: number): void => {
      tally.frames.push(at)
      if (tally.isOn) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    const observer = new PerformanceObserver((list) => {
      for (const { entryType, duration } of list.getEntries()) (entryType === "event" ? tally.keys : tally.tasks).push(duration)
    })
    observer.observe({ type: "longtask" })
    const keys: PerformanceObserverInit & { durationThreshold: number } = { type: "event", durationThreshold: 16 }
    observer.observe(keys)
  })
  const before = await worked()
  await act()
  const mainThreadMs = (await worked()) - before
  const tally = await page.evaluate(() => {
    const one: Tally = Reflect.get(globalThis, "tally")
    one.isOn = false
    return one
  })
  await session.detach()
  const first = tally.frames[0] ?? 0
  const expected = Math.max(1, Math.round(((tally.frames.at(-1) ?? 0) - first) / FRAME_MS))
  return {
    droppedPercent: Math.max(0, (1 - (tally.frames.length - 1) / expected) * 100),
    longestTaskMs: Math.max(0, ...tally.tasks),
    slowestKeyMs: Math.max(0, ...tally.keys),
    mainThreadMs,
  }
}
