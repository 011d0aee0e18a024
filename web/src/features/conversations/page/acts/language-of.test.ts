import { expect, test } from "vitest"
import { languageOf } from "@/features/conversations/page/acts/language-of"

test.each([
  ["en", "A keeper, and later a clock."],
  ["de", "Ein Wärter, und später eine Uhr."],
  ["fr", "Un gardien, et plus tard une horloge."],
  ["es", "Un guardián, y más tarde el reloj de la torre."],
  ["it", "Un guardiano, e più tardi il tempo della torre."],
  ["pt", "Um guarda, e mais tarde o relógio da torre."],
  ["nl", "Een wachter, en later het uurwerk van de toren."],
  ["ar", "حارس، ثم ساعة (clock)."],
  ["ja", "灯台守、そして後に時計。"],
  ["zh", "一位守塔人，后来是一座钟。"],
  ["ru", "Смотритель, а потом часы."],
])("words are known to be in %s", (language, text) => {
  expect(languageOf(text)).toBe(language)
})

test("a word of another script among others changes nothing, and what tells nothing has none", () => {
  expect(languageOf("The word λόγος is in all of these books, and that is not by chance.")).toBe("en")
  expect(languageOf("print(1)")).toBeNull()
  expect(languageOf("42")).toBeNull()
})
