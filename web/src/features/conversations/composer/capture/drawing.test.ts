import { expect, test, vi } from "vitest"
import { drawShape, grown, isVisible, type Shape } from "@/features/conversations/composer/capture/drawing"

const COLOURS = { mark: "red", hidden: "black" }
const from = { x: 90, y: 80 }
const to = { x: 10, y: 20 }

function pen() {
  return {
    beginPath: vi.fn(),
    moveTo: vi.fn(),
    lineTo: vi.fn(),
    stroke: vi.fn(),
    strokeRect: vi.fn(),
    fillRect: vi.fn(),
    lineWidth: 1,
    strokeStyle: "",
    fillStyle: "",
    lineCap: "",
    lineJoin: "",
  }
}

test("a pen keeps its way, a box its corners", () => {
  const begun: Shape = { tool: "pen", points: [from] }
  expect(grown(grown(begun, to), from).points).toEqual([from, to, from])
  expect(grown(grown({ ...begun, tool: "box" }, { x: 1, y: 1 }), to).points).toEqual([from, to])
})

test("what is hidden is covered whole, whichever corner came first", () => {
  const found = pen()
  drawShape(found, { tool: "hide", points: [from, to] }, 1000, COLOURS)
  expect(found.fillRect).toHaveBeenCalledWith(10, 20, 80, 60)
  expect(found.fillStyle).toBe("black")
})

test("an arrow has a head, and a press alone draws nothing", () => {
  const found = pen()
  drawShape(found, { tool: "arrow", points: [from, to] }, 1000, COLOURS)
  expect(found.lineTo).toHaveBeenCalledTimes(3)
  expect(isVisible({ tool: "box", points: [from, { x: 91, y: 81 }] })).toBe(false)
  expect(isVisible({ tool: "box", points: [from, to] })).toBe(true)
})
