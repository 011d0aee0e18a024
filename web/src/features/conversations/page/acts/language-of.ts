/** As much of a text as is looked at. */
const MOST = 5_000

/** Letters that tell a language, or the one that is written in them most often; Japanese before Chinese, whose letters it has, too. */
const SCRIPTS: readonly (readonly [language: string, letters: RegExp])[] = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["zh", /\p{Script=Han}/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["ar", /\p{Script=Arabic}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["ru", /\p{Script=Cyrillic}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["hi", /\p{Script=Devanagari}/gu],
  ["th", /\p{Script=Thai}/gu],
]

/** The small words that stand in nearly every sentence of a language. */
const WORDS: Readonly<Record<string, string>> = {
  en: "the and of to is that it for with are this you not in on be as or from",
  de: "der die das und ist nicht ein eine mit zu von den dem auf für sich auch es im wie",
  fr: "le la les et de des du est une un que pas dans pour qui sur avec plus ce au",
  es: "el la los las y de del que en un una es por con para no se su como lo",
  it: "il lo la gli le di del della che e è un una per con non sono nel si da",
  pt: "o os e de do da que em um uma é para com não se por no na",
  nl: "de het een en van dat niet is zijn met op te voor ook aan die er in",
}

/** Which language a text is in, as far as its letters and small words tell; null where they do not. */
export function languageOf(text: string): string | null {
  const sample = text.slice(0, MOST)
  const count = (letters: RegExp): number => sample.match(letters)?.length ?? 0
  const all = count(/\p{L}/gu)
  const script = SCRIPTS.find(([, letters]) => count(letters) * 3 > all)
  if (script !== undefined) return script[0]
  const said = sample.toLowerCase().match(/\p{L}+/gu) ?? []
  const scores = Object.entries(WORDS).map(([language, words]) => {
    const known = new Set(words.split(" "))
    return { language, score: said.filter((word) => known.has(word)).length }
  })
  const [best, next] = scores.toSorted((one, other) => other.score - one.score)
  return best !== undefined && best.score > (next?.score ?? 0) ? best.language : null
}
