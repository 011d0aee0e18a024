import { afterEach, expect, test, vi } from "vitest"

afterEach(() => vi.unstubAllGlobals())

/** What is listed, and what of it does something now, where a person chose so. */
async function listed(chosen: object): Promise<{ all: Record<string, string>; live: Record<string, string> }> {
  vi.resetModules()
  vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(chosen) })
  const { listedKeys } = await import("@/features/settings/listed-keys")
  const { liveKeysOf } = await import("@/registry/keys")
  const { i18n } = await import("@lingui/core")
  i18n.loadAndActivate({ locale: "en", messages: {} })
  const lines = listedKeys()
  return {
    all: Object.fromEntries(lines.map((one) => [one.title(), one.keys?.join(" ") ?? ""])),
    live: Object.fromEntries(lines.map((one) => [one.title(), liveKeysOf(one).join(" ")])),
  }
}

const LETTERS = { "Next turn": "j", "Previous turn": "k", "Edit the message": "e", Regenerate: "r", "Copy the message": "c", "Branch from here": "b" }
const FIXED = {
  "Previous and next version of a turn": "ArrowLeft ArrowRight",
  "Send the message": "Enter mod+Enter",
  "Begin a line": "shift+Enter",
  "Change the last message, while the box is empty": "ArrowUp",
  "Close what is open, else stop the answer": "Escape",
}

test("keys of turns, of the box and Esc are listed where no conversation is open", async () => {
  expect((await listed({})).all).toMatchObject({ ...LETTERS, ...FIXED })
})

test("Enter and ⇧Enter are listed as a person has them", async () => {
  expect((await listed({ enterSends: false })).all).toMatchObject({ "Send the message": "shift+Enter mod+Enter", "Begin a line": "Enter" })
})

test("a letter that a person chose does something, and none where they are turned off", async () => {
  expect((await listed({ ownKeys: { "turn-copy": "y", "turn-edit": "" } })).live).toMatchObject({ ...LETTERS, "Copy the message": "y", "Edit the message": "" })
  const { all, live } = await listed({ letterKeys: false })
  expect(all).toMatchObject(LETTERS)
  expect(live).toMatchObject({ ...FIXED, ...Object.fromEntries(Object.keys(LETTERS).map((title) => [title, ""])) })
})
