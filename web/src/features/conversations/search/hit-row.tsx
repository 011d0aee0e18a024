import { useLingui } from "@lingui/react/macro"
import type { RefCallback } from "react"
import type { Hit } from "@/features/conversations/search/api/search"
import { piecesOf } from "@/features/conversations/search/marked"
import { formatDay } from "@/features/conversations/search/format-day"
import { moveWithArrows } from "@/lib/roving"
import { Link } from "@/router"

interface HitRowProps {
  hit: Hit
  position: number
  isStop: boolean
  measure: RefCallback<HTMLLIElement>
}

/** One message that fits; it opens at its place, on a branch that leads there. */
export function HitRow({ hit, position, isStop, measure }: HitRowProps) {
  const { t, i18n } = useLingui()
  const roles: Record<Hit["role"], string> = { user: t`You`, assistant: t`Model`, tool: t`Tool`, system: t`System`, developer: t`System` }
  const who = hit.author.display_name ?? hit.author.name ?? hit.author.id ?? roles[hit.role]
  const search = { message: hit.message_id, ...(hit.branch_id === null ? {} : { branch: hit.branch_id }) }
  const pieces = piecesOf(hit.snippet, hit.marks)
  return (
    <li ref={measure} data-index={position}>
      <Link
        to="/c/$id"
        params={{ id: hit.conversation_id }}
        search={search}
        data-hit
        data-roving
        tabIndex={isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        className="quick flex flex-col gap-0.5 rounded-2 px-3 py-2 -outline-offset-2 hover:bg-hover"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <bdi className="min-w-0 flex-1 truncate text-ui font-medium text-text">{hit.title === "" ? t`Without a title` : hit.title}</bdi>
          <span className="shrink-0 text-caption text-text-2">
            <bdi>{who}</bdi> · <time dateTime={new Date(hit.created_at_ms).toISOString()}>{formatDay(hit.created_at_ms, i18n.locale)}</time>
          </span>
        </span>
        <span dir="auto" className="line-clamp-2 text-start text-ui wrap-anywhere text-text-2">
          {pieces.map(({ at, text, isMark }) =>
            isMark ? (
              <mark key={at} className="rounded-1 bg-accent-soft font-medium text-accent">
                {text}
              </mark>
            ) : (
              text
            ),
          )}
        </span>
        {hit.branch_id === null ? <span className="text-caption text-text-2">{t`On no branch any more`}</span> : null}
      </Link>
    </li>
  )
}
