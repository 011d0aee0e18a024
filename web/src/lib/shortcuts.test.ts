import { expect, test } from "vitest"
import { createShortcutReader, isLetters, type KeyPress, showKeys } from "@/lib/shortcuts"

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, hasModifier: false, isShift: false, isAlt: false, isTyping: false, atMs: 0, ...more }
}

test("G then a letter is one binding, for a moment", () => {
  const read = createShortcutReader()
  expect(read(press("g"), true)).toBe("g")
  expect(read(press("p", { atMs: 1000 }), true)).toBe("g p")
  expect(read(press("g", { atMs: 2000 }), true)).toBe("g")
  expect(read(press("p", { atMs: 4000 }), true)).toBe("p")
})

test("letters belong to the text while one writes, or when they are switched off", () => {
  const read = createShortcutReader()
  expect(read(press("n", { isTyping: true }), true)).toBeNull()
  expect(read(press("n"), false)).toBeNull()
  expect(read(press("k", { hasModifier: true, isTyping: true }), false)).toBe("mod+k")
  expect(read(press("F6", { isTyping: true }), false)).toBe("F6")
})

test("Shift counts for letters and keys with names, not for signs", () => {
  const read = createShortcutReader()
  expect(read(press("N", { isShift: true }), true)).toBe("shift+n")
  expect(read(press("?", { isShift: true }), true)).toBe("?")
  expect(read(press("N", { isShift: true, hasModifier: true }), true)).toBe("mod+shift+n")
  expect(read(press("F6", { isShift: true }), true)).toBe("shift+F6")
})

test("a key with Alt is a letter of some layout, not a shortcut", () => {
  expect(createShortcutReader()(press("n", { isAlt: true }), true)).toBeNull()
})

test("keys are shown as the device writes them", () => {
  expect(showKeys("mod+/", true)).toEqual(["⌘", "/"])
  expect(showKeys("mod+shift+n", false)).toEqual(["Ctrl", "⇧", "N"])
  expect(showKeys("g p", false)).toEqual(["G", "P"])
  expect(isLetters("g p")).toBe(true)
  expect(isLetters("mod+k")).toBe(false)
})
