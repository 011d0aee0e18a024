import { expect, test } from "vitest"
import { createFrameClock } from "@/live/frame-clock"
import { createRope } from "@/live/rope"
import { createRuns } from "@/live/runs"
import { script } from "@/live/scripted"

test("a rope is what was added, whole and from any place on", () => {
  const rope = createRope()
  const whole = "The quick brown fox jumps over the lazy dog"
  for (let at = 0; at < whole.length; at += 3) {
    rope.add(whole.slice(at, at + 3))
    const said = whole.slice(0, at + 3)
    expect(rope.length).toBe(said.length)
    expect(rope.tail(Math.max(0, said.length - 5))).toBe(said.slice(-5))
    if (at % 4 === 0) expect(rope.text()).toBe(said)
  }
  for (const from of [0, 1, 7, 42, 43, 99]) expect(rope.tail(from)).toBe(whole.slice(from))
  rope.set("other")
  expect([rope.text(), rope.length, rope.tail(2)]).toEqual(["other", 5, "her"])
})

test("what comes after a pause is told at once, many more in one frame, and a page that is hidden meanwhile by a timer", () => {
  const frames: (() => void)[] = []
  const timers: (() => void)[] = []
  let isHidden = false
  const hide: (() => void)[] = []
  const clock = createFrameClock({
    isHidden: () => isHidden,
    onFrame(run) {
      frames.push(run)
      return () => frames.splice(frames.indexOf(run), 1)
    },
    after(_, run) {
      timers.push(run)
      return () => undefined
    },
    onHide: (run) => hide.push(run),
  })
  const told: string[] = []
  const one = (): void => void told.push("one")
  clock.schedule(() => told.push("first"))
  expect(told).toEqual(["first"])
  clock.schedule(one)
  clock.schedule(one)
  clock.schedule(() => told.push("two"))
  expect(told).toEqual(["first"])
  frames.shift()?.()
  expect(told).toEqual(["first", "one", "two"])
  clock.schedule(one)
  expect(told).toHaveLength(3)
  isHidden = true
  hide[0]?.()
  expect([frames.length, timers.length]).toEqual([0, 1])
  timers.shift()?.()
  expect(told).toEqual(["first", "one", "two", "one"])
  timers.shift()?.()
  clock.schedule(() => told.push("after a pause"))
  expect(told.at(-1)).toBe("after a pause")
})

test("a run is followed while somebody looks, and once however many do", () => {
  const net = script()
  const ports = { clock: { schedule: (flush: () => void) => flush() }, loadParts: () => Promise.resolve([]) }
  const runs = createRuns(net.connection, { ...ports, after: net.ports.after })
  net.connection.start()
  net.last().hello()
  const leave = [0, 1].map(() => runs.of("run_1").subscribe(() => undefined))
  expect(net.last().said).toHaveLength(1)
  leave[0]?.()
  net.pass(2_000)
  expect(net.last().said).toHaveLength(1)
  leave[1]?.()
  const back = runs.of("run_1").subscribe(() => undefined)
  net.pass(2_000)
  expect(net.last().said).toHaveLength(1)
  back()
  net.pass(2_000)
  expect(net.last().said.at(-1)).toEqual({ type: "leave", id: "s1" })
  expect(runs.of("run_1")).toBe(runs.of("run_1"))
})

test("a run is followed ahead, until somebody looks or for a moment", () => {
  const net = script()
  const ports = { clock: { schedule: (flush: () => void) => flush() }, loadParts: () => Promise.resolve([]) }
  const runs = createRuns(net.connection, { ...ports, after: net.ports.after })
  net.connection.start()
  net.last().hello()
  runs.ahead("run_1")
  runs.ahead("run_2")
  expect(net.last().said.map((frame) => "run" in frame && frame.run)).toEqual(["run_1", "run_2"])
  runs.of("run_1").subscribe(() => undefined)
  net.pass(2_000)
  expect(net.last().said.slice(2)).toEqual([{ type: "leave", id: "s2" }])
})
