import { expect, test } from "vitest"
import { addressOf } from "@/router/addresses"
import { matchPath } from "@/router/match"
import { placeIn, written } from "@/router/place"
import { rawSearch, texts } from "@/router/search"

test("a target becomes an address, with what fills its gap and its query escaped", () => {
  expect(addressOf({ to: "/" })).toBe("/")
  expect(addressOf({ to: "/c/$id", params: { id: "a/b c" }, search: { branch: "1", message: undefined } })).toBe("/c/a%2Fb%20c?branch=1")
  expect(addressOf({ to: "/settings/gateway", search: { model: "a&b" }, hash: "try" })).toBe("/settings/gateway?model=a%26b#try")
  expect(addressOf({ to: "/settings/providers", search: { add: "" } })).toBe("/settings/providers?add=")
})

test("what an address was made of is read from it again", () => {
  const url = new URL(`http://house${addressOf({ to: "/c/$id", params: { id: "ü/%?" }, search: { branch: "a b" } })}`)
  const place = placeIn(url, "/")
  expect(matchPath(["/c/$id"], place.path)).toEqual({ pattern: "/c/$id", param: "ü/%?" })
  expect(texts("branch", "message")(rawSearch(place.query))).toEqual({ branch: "a b" })
})

test("a place is what comes below the path of the house, however many slashes end it", () => {
  expect(at("/", "/")).toBe("/")
  expect(at("/settings/models/?name=a#top", "/")).toBe("/settings/models?name=a#top")
  expect(at("/salon/c/1", "/salon/")).toBe("/c/1")
  expect(at("/salon", "/salon/")).toBe("/")
  expect(at("/salon/", "/salon/")).toBe("/")
})

test("the first pattern that fits counts, and a gap takes one part of the path that is not empty", () => {
  const patterns = ["/", "/settings", "/settings/models", "/settings/$page"] as const
  expect(matchPath(patterns, "/settings/models")?.pattern).toBe("/settings/models")
  expect(matchPath(patterns, "/settings/about")).toEqual({ pattern: "/settings/$page", param: "about" })
  expect(matchPath(patterns, "/settings/about/more")).toBeNull()
  expect(matchPath(patterns, "/settings/")).toBeNull()
  expect(matchPath(patterns, "/elsewhere")).toBeNull()
})

test("a gap with what no address could hold is as it stands", () => {
  expect(matchPath(["/c/$id"], "/c/%E0%A4")).toEqual({ pattern: "/c/$id", param: "%E0%A4" })
})

function at(address: string, base: string): string {
  return written(placeIn(new URL(`http://house${address}`), base))
}
