import { useLingui } from "@lingui/react/macro"
import type { Alias } from "@/api/types"
import { formatCount, formatWords } from "@/lib/format"

export type Condition = NonNullable<Alias["rules"]>[number]["when"]

function flag(value: boolean | null | undefined, yes: string, no: string): string[] {
  return value === null || value === undefined ? [] : [value ? yes : no]
}

/** Whether a condition names one thing only, so that its parts need no brackets. */
function isAlone(when: Condition): boolean {
  return Object.values(when).filter((value) => value !== null && value !== undefined).length === 1
}

/** Says a rule's condition in words. */
export function useConditionText(): (condition: Condition) => string {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const quoted = (words: readonly string[]): string => words.map((word) => `“${word}”`).join(t` or `)
  const say = (when: Condition): string => {
    const parts = [
      ...(when.keys ? [t`the key is ${quoted(when.keys)}`] : []),
      ...(when.spaces ? [t`the space is ${quoted(when.spaces)}`] : []),
      ...flag(when.tools, t`tools are offered`, t`no tools are offered`),
      ...flag(when.images, t`there are images`, t`there are no images`),
      ...flag(when.stream, t`a stream is asked for`, t`no stream is asked for`),
      ...(when.tokens_over === null || when.tokens_over === undefined
        ? []
        : [t`over ${formatCount(when.tokens_over, locale)} tokens`]),
      ...(when.tokens_under === null || when.tokens_under === undefined
        ? []
        : [t`under ${formatCount(when.tokens_under, locale)} tokens`]),
      ...(when.contains ? [t`the message says ${quoted(when.contains)}`] : []),
      ...(when.matches ? [t`the message matches ${quoted(when.matches)}`] : []),
      ...(when.days ? [formatWords(when.days, locale)] : []),
      ...(when.hours ? [`${when.hours} ${when.zone ?? "UTC"}`] : []),
      ...(when.all ?? []).map(say),
      ...(when.any ? [when.any.map(say).join(t` or `)] : []).map((text) => (isAlone(when) ? text : `(${text})`)),
      ...(when.not ? [t`not (${say(when.not)})`] : []),
    ]
    return parts.join(t` and `)
  }
  return say
}
