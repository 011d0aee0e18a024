import { expect, test } from "vitest"
import { readAnswer, sized, svgDocument } from "./drawing.ts"

test("what the frame says is looked at like the words of a stranger", () => {
  expect(readAnswer({ kind: "ready" })).toBe("ready")
  expect(readAnswer({ kind: "drawn", width: 120.5, height: 1e9 })).toEqual({ kind: "drawn", width: 121, height: 4000 })
  expect(readAnswer({ kind: "failed", reason: "x".repeat(9000) })).toEqual({ kind: "failed", reason: "x".repeat(500) })
  const wrong = [null, "ready", {}, { kind: "drawn", width: "1", height: 2 }, { kind: "drawn", width: Number.NaN, height: 1 }, { kind: "failed" }]
  expect(wrong.map(readAnswer)).toEqual(wrong.map(() => null))
  expect([sized(0, 5), sized(-1, 5), sized(Number.POSITIVE_INFINITY, 5)]).toEqual([null, null, { width: 4000, height: 5 }])
})

test("an SVG stands in its document as an image, from which nothing breaks out", () => {
  const html = svgDocument(`<svg xmlns='x'>"><script>alert(1)</script></svg>`)
  expect(html).toContain("default-src 'none'; img-src data:")
  expect(html.match(/<(?!!)[a-z/]+/g)).toEqual(["<meta", "<style", "</style", "<img"])
  expect(html).not.toMatch(/src="[^"]*['<>]/)
})
