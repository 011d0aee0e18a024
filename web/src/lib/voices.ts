/**
 * Nine voices. In this order any two neighbours are at least 60° of hue apart, so that speakers who
 * stand beside each other are told apart.
 */
export const VOICE_ORDER = [6, 2, 8, 4, 1, 7, 3, 5, 9] as const
export type Voice = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

/** Give each name a voice in the order they are listed; past nine they repeat, with two-letter monograms. */
export function assignVoices(names: readonly string[]): ReadonlyMap<string, Voice> {
  return new Map(names.map((name, index) => [name, VOICE_ORDER[index % VOICE_ORDER.length] ?? 6]))
}

/** The letters on an avatar: one for the first nine voices, two from then on. */
export function monogram(name: string, index: number): string {
  const letters = [...name.replace(/[^\p{L}\p{N}]/gu, "")]
  return letters
    .slice(0, index < VOICE_ORDER.length ? 1 : 2)
    .join("")
    .toUpperCase()
}
