/**
 * About how many tokens a text has, without a vocabulary.
 *
 * Words in Latin letters take a token for each four signs; scripts that are written without spaces one for each sign;
 * other letters one for each two. Real counts are within a third of it for prose and code.
 */
export function estimateTokens(text: string): number {
  let quarters = 0
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0
    quarters += code < 0x250 ? 1 : isDense(code) ? 4 : 2
  }
  return Math.ceil(quarters / 4)
}

/** Kana, Han, Hangul and pictures. */
function isDense(code: number): boolean {
  return (code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af) || code >= 0x1f000
}
