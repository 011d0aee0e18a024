import { languageOf } from "@/features/conversations/page/acts/language-of"
import { createSignal } from "@/live/signal"
import { plainOf } from "@/markdown"

const news = createSignal()
/** What is being read. Held, for a browser may forget words that nobody holds, and then never tells of their end. */
let current: SpeechSynthesisUtterance | null = null

/** Whether the browser has a voice. */
export function canRead(): boolean {
  return "speechSynthesis" in globalThis
}

export const reading = {
  on: news.on,
  isOn: (): boolean => current !== null,
}

/** Read Markdown as words, by a voice of the language it is in. */
export async function readAloud(text: string): Promise<void> {
  const plain = await plainOf(text)
  const words = new SpeechSynthesisUtterance(plain)
  words.lang = languageOf(plain) ?? ""
  const end = (): void => {
    if (current === words) set(null)
  }
  words.addEventListener("end", end)
  words.addEventListener("error", end)
  set(words)
  speechSynthesis.speak(words)
}

export function stopReading(): void {
  speechSynthesis.cancel()
  set(null)
}

function set(words: SpeechSynthesisUtterance | null): void {
  current = words
  news.tell()
}
