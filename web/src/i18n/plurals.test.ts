import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { expect, test } from "vitest"

const FORMS = { en: ["one", "other"], de: ["one", "other"], fr: ["one", "other"], ar: ["zero", "one", "two", "few", "many", "other"] }

test.each(Object.entries(FORMS))("each count in %s has every form that its language has", (locale, forms) => {
  const text = readFileSync(resolve(import.meta.dirname, `../locales/${locale}.po`), "utf8")
  const counts = text.split("\n").filter((line) => line.startsWith("msgstr ") && line.includes(", plural, "))
  expect(counts.length).toBeGreaterThan(20)
  expect(counts.filter((line) => !forms.every((form) => line.includes(` ${form} {`)))).toEqual([])
})
