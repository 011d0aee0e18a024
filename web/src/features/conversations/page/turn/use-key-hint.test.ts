import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { afterEach, expect, test, vi } from "vitest"

afterEach(() => vi.unstubAllGlobals())

test.each([
  [{}, "C"],
  [{ ownKeys: { "turn-copy": "shift+y" } }, "⇧ Y"],
  [{ ownKeys: { "turn-copy": "" } }, ""],
  [{ letterKeys: false }, ""],
])("with %j the button says “%s”", async (chosen, said) => {
  vi.resetModules()
  vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(chosen) })
  const { useKeyHint } = await import("@/features/conversations/page/turn/use-key-hint")
  const { TURN_KEYS } = await import("@/features/conversations/page/turn-keys")
  const Hint = (): string => useKeyHint()(TURN_KEYS.copy)
  expect(renderToStaticMarkup(createElement(Hint))).toBe(said)
})
