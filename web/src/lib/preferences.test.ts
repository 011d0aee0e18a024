import { expect, test } from "vitest"
import { chooseLocale, directionOf, parsePreferences } from "@/lib/preferences"

test.each([null, "", "nonsense", "[]", "null", "7"])("damaged preferences %j read as the defaults", (text) => {
  expect(parsePreferences(text)).toEqual({
    theme: "system",
    density: "comfortable",
    locale: null,
    sidebar: "wide",
    letterKeys: true,
    contrast: "system",
    motion: "system",
    layout: "column",
    enterSends: true,
    readingWidth: "regular",
    ownKeys: {},
  })
})

test("only known choices are taken over", () => {
  const text = JSON.stringify({
    theme: "dark",
    density: "tiny",
    locale: "ar",
    sidebar: "rail",
    letterKeys: false,
    contrast: "more",
    layout: "round",
    enterSends: false,
    ownKeys: { "new-conversation": "x", broken: 7 },
  })
  expect(parsePreferences(text)).toEqual({
    theme: "dark",
    density: "comfortable",
    locale: "ar",
    sidebar: "rail",
    letterKeys: false,
    contrast: "more",
    motion: "system",
    layout: "column",
    enterSends: false,
    readingWidth: "regular",
    ownKeys: { "new-conversation": "x" },
  })
})

test("the language is the chosen one, else the first preferred one we speak", () => {
  expect(chooseLocale("fr", ["de-AT"])).toBe("fr")
  expect(chooseLocale(null, ["pt-BR", "de-AT", "fr"])).toBe("de")
  expect(chooseLocale(null, ["pt-BR"])).toBe("en")
  expect([directionOf("ar"), directionOf("de")]).toEqual(["rtl", "ltr"])
})
