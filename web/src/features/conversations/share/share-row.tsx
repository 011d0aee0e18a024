import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { type Share, sharesKey } from "@/features/conversations/api/branching"
import { useAct } from "@/features/conversations/api/use-act"
import { Button } from "@/components/ui/button"
import { Chip } from "@/components/ui/chip"
import { formatMinute } from "@/lib/format"
import { useNow } from "@/lib/use-now"
import type { Act } from "@/live/acts"

interface ShareRowProps {
  share: Share
  /** Stands among links to other conversations. */
  isNamed: boolean
}

/** One link: what it shows, until when, and how to end it. */
export function ShareRow({ share, isNamed }: ShareRowProps) {
  const { t, i18n } = useLingui()
  const queries = useQueryClient()
  const now = useNow()
  const act = useAct()
  const [isSure, setIsSure] = useState(false)
  const run = async (one: Act): Promise<void> => {
    if ((await act.run(one)) === null) return
    setIsSure(false)
    await queries.invalidateQueries({ queryKey: sharesKey })
  }
  const moment = (atMs: number): string => formatMinute(atMs, now, i18n.locale)
  const kinds = { branch: t`A branch`, path: t`Up to a turn`, tree: t`Everything` }
  const state = share.revoked_at_ms !== null ? t`Revoked` : share.is_open ? null : t`Ended`
  const facts = [
    moment(share.revised_at_ms),
    plural(share.messages, { one: "# turn", other: "# turns" }),
    ...(share.expires_at_ms !== null && share.is_open ? [t`ends ${moment(share.expires_at_ms)}`] : []),
  ]
  return (
    <li className="flex flex-col gap-1 border-b border-border py-2 last:border-0">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 basis-40">
          <bdi className="block truncate text-ui font-medium">{isNamed ? share.title : kinds[share.kind]}</bdi>
          <span className="tabular block text-caption text-text-2">{[...(isNamed ? [kinds[share.kind]] : []), ...facts].join(" · ")}</span>
        </span>
        {state === null ? null : <Chip>{state}</Chip>}
        {share.is_open && !isSure ? (
          <span className="-ms-2 flex flex-wrap items-center gap-2">
            <Button size="small" disabled={act.isPending} onClick={() => void run(acts.reviseShare(share.conversation_id, share.id))}>
              {t`Show it as it is now`}
            </Button>
            <Button size="small" look="danger" onClick={() => setIsSure(true)}>
              {t`Revoke`}
            </Button>
          </span>
        ) : null}
      </div>
      {isSure ? (
        <div role="alert" className="flex flex-wrap items-center gap-2 text-ui">
          <span className="min-w-0 flex-1 basis-40">{t`The link ends at once and for good.`}</span>
          <Button size="small" look="danger" disabled={act.isPending} onClick={() => void run(acts.revokeShare(share.conversation_id, share.id))}>
            {t`Revoke the link`}
          </Button>
          <Button size="small" look="outline" onClick={() => setIsSure(false)}>
            {t`Keep it`}
          </Button>
        </div>
      ) : null}
      {act.problem ? <p className="text-caption text-danger">{act.problem}</p> : null}
    </li>
  )
}
