/** What stands before the caret and opens a list inline: `@` names a model, `/` a saved prompt. */
export interface Trigger {
  readonly sign: "@" | "/"
  readonly words: string
  /** Where the sign stands. */
  readonly start: number
  readonly end: number
}

/** `@` after a space or at a beginning; `/` only as the first sign of the text, for addresses and paths have it too. */
const AT = /(?:^|\s)@([^\s@]*)$/
const SLASH = /^\/([^\n/]*)$/

export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret)
  const slash = SLASH.exec(before)
  if (slash !== null) return { sign: "/", words: slash[1] ?? "", start: 0, end: caret }
  const at = AT.exec(before)
  if (at === null) return null
  const words = at[1] ?? ""
  return { sign: "@", words, start: caret - words.length - 1, end: caret }
}

/** The text without what opened the list, or with something in its place. */
export function withoutTrigger(text: string, { start, end }: Trigger, instead = ""): string {
  const rest = text.slice(end)
  return text.slice(0, start) + instead + (instead === "" ? rest.trimStart() : rest)
}
