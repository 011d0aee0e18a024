import { useLingui } from "@lingui/react/macro"
import { use } from "react"
import { sourceKey } from "@/features/conversations/page/parts/cited"
import { SourcesContext } from "@/features/conversations/page/parts/sources"
import { TalkContext } from "@/features/conversations/page/talk-context"
import type { CitationPart } from "@/live/parts"

interface CitationProps {
  number: number
}

/** The number of a source, where it is cited. It leads to that source among those of the conversation. */
export function Citation({ number }: CitationProps) {
  const { t } = useLingui()
  const source = use(SourcesContext)[number - 1]
  const talk = use(TalkContext)
  if (source === undefined) return null
  const name = nameOf(source)
  return (
    <button
      type="button"
      className="cite quick tabular rounded-1 bg-accent-soft px-1.5 text-caption font-semibold text-accent hover:bg-accent-solid hover:text-on-accent"
      title={name}
      aria-label={t`Source ${number}: ${name}`}
      onClick={({ currentTarget }) => talk?.showSource(currentTarget.closest("[data-message]")?.getAttribute("data-message") ?? "", sourceKey(source))}
    >
      {number}
    </button>
  )
}

/** A source by its title, or where it is. */
export function nameOf({ title, url, text }: CitationPart): string {
  return title || url || text || ""
}

interface CitationsProps {
  numbers: readonly number[]
}

/** Sources of a text that has not said where they belong. */
export function Citations({ numbers }: CitationsProps) {
  return (
    <p className="flex flex-wrap gap-1">
      {numbers.map((number) => (
        <Citation key={number} number={number} />
      ))}
    </p>
  )
}
