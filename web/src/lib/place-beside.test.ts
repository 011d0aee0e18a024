import { expect, test } from "vitest"
import { placeBeside } from "@/lib/place-beside"

const view = { width: 1000, height: 800 }
const size = { width: 200, height: 300 }
const anchor = { left: 400, right: 440, top: 100, bottom: 132 }

test("a box stands below, its start edge on the anchor's", () => {
  expect(placeBeside({ anchor, size, view, align: "start", isRtl: false })).toEqual({ left: 400, top: 136 })
  expect(placeBeside({ anchor, size, view, align: "end", isRtl: false })).toEqual({ left: 240, top: 136 })
})

test("from right to left the edges swap", () => {
  expect(placeBeside({ anchor, size, view, align: "start", isRtl: true })).toEqual({ left: 240, top: 136 })
})

test("a box goes above where there is more room", () => {
  const low = { ...anchor, top: 700, bottom: 732 }
  expect(placeBeside({ anchor: low, size, view, align: "start", isRtl: false })).toEqual({ left: 400, top: 396 })
})

test("a box never leaves the view", () => {
  const edge = { ...anchor, left: 960, right: 990 }
  expect(placeBeside({ anchor: edge, size, view, align: "start", isRtl: false }).left).toBe(792)
})
