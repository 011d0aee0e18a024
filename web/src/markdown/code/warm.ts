import type { LanguageRegistration, RegexEngine } from "@shikijs/types"

/** The first line of a language needs a hundred patterns translated; in one go that stands in the way of some frames. */
const SLICE_MS = 5
/** A grammar with others within it has thousands: the rest come when they are met. */
const MOST_PATTERNS = 300

type Rule = LanguageRegistration["patterns"][number]

/** Translate the patterns of a grammar ahead, a few at a time; the engine keeps them. */
export async function warm(engine: RegexEngine, grammar: LanguageRegistration): Promise<void> {
  let until = performance.now() + SLICE_MS
  const letter = engine.createString("x")
  for (const pattern of patternsOf(grammar, MOST_PATTERNS)) {
    // A search has the browser compile it, too.
    engine.createScanner([pattern]).findNextMatchSync(letter, 0, 0)
    if (performance.now() < until) continue
    await new Promise((done) => setTimeout(done))
    until = performance.now() + SLICE_MS
  }
}

/** The patterns of a grammar in the order in which lines meet them: first those that any line may begin with. */
export function patternsOf(grammar: LanguageRegistration, most: number): string[] {
  const found = new Set<string>()
  const seen = new Set<Rule>()
  let level: readonly Rule[] = grammar.patterns
  while (level.length > 0 && found.size < most) {
    const within: Rule[] = []
    const visit = (rule: Rule | undefined): void => {
      if (rule === undefined || seen.has(rule)) return
      seen.add(rule)
      if (rule.include?.startsWith("#")) visit(grammar.repository?.[rule.include.slice(1)])
      const begins = rule.match ?? rule.begin
      if (begins === undefined) rule.patterns?.forEach(visit)
      else {
        for (const pattern of [begins, rule.end, rule.while]) if (typeof pattern === "string") found.add(pattern)
        within.push(...(rule.patterns ?? []))
      }
    }
    level.forEach(visit)
    level = within
  }
  return [...found].slice(0, most)
}
