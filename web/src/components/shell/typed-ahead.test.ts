import { expect, test } from "vitest"
import { forgetTypedAhead, takeTypedAhead, typeAhead } from "@/components/shell/typed-ahead"

const press = (key: string, more: object = {}): boolean => typeAhead({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })
function taken(): string {
  let words = ""
  takeTypedAhead((typed) => {
    words = typed
  })
  return words
}

test("signs are kept and taken back, other keys are nobody's", () => {
  const kept = ["é", "🦉", "Backspace", " ", "x"].map((key) => press(key))
  expect([kept, press("Tab"), press("k", { ctrlKey: true })]).toEqual([[true, true, true, true, true], false, false])
  expect([taken(), taken()]).toEqual(["é x", ""])
})

test("what was typed for a palette that was closed before it came is gone", () => {
  press("a")
  forgetTypedAhead()
  expect(taken()).toBe("")
})
