import { expect, test } from "vitest"
import { createShortcutReader, type KeyPress, showKeys } from "@/lib/shortcuts"

function press(key: string, change: Partial<KeyPress> = {}): KeyPress {
  return { key, hasModifier: false, isAlt: false, isTyping: false, atMs: 0, ...change }
}

test("G and a letter goes to a place, within a moment", () => {
  const read = createShortcutReader()
  expect(read(press("g"), true)).toBeNull()
  expect(read(press("m", { atMs: 400 }), true)).toBe("go-models")
  read(press("g", { atMs: 1000 }), true)
  expect(read(press("m", { atMs: 9000 }), true)).toBeNull()
})

test("letters belong to a text field", () => {
  const read = createShortcutReader()
  expect(read(press("?", { isTyping: true }), true)).toBeNull()
  read(press("g", { isTyping: true }), true)
  expect(read(press("m", { isTyping: true, atMs: 10 }), true)).toBeNull()
})

test("letters can be turned off, chords stay", () => {
  const read = createShortcutReader()
  expect(read(press("?"), false)).toBeNull()
  expect(read(press("/", { hasModifier: true }), false)).toBe("shortcuts")
  expect(read(press(".", { hasModifier: true, isTyping: true }), false)).toBe("panel")
  expect(read(press("B", { hasModifier: true }), false)).toBe("sidebar")
  expect(read(press("Escape", { isTyping: true }), false)).toBe("stop")
})

test("keys are shown as the device writes them", () => {
  expect(showKeys("shortcuts", true)).toEqual(["⌘", "/"])
  expect(showKeys("shortcuts", false)).toEqual(["Ctrl", "/"])
})
