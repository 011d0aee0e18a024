import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { ApiKey } from "@/api/types"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { keysQuery } from "@/features/keys/api/keys"
import { KeyDialog } from "@/features/keys/key-dialog"
import { KeyRow } from "@/features/keys/key-row"
import { useNow } from "@/lib/use-now"

/** The keys by which programs come in: made, bounded and revoked. */
export function KeysPage() {
  const { t } = useLingui()
  const keys = useQuery(keysQuery())
  const now = useNow()
  const [shown, setShown] = useState<ApiKey | "new" | null>(null)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-1 basis-60 text-ui text-text-2">
          {t`A program shows its key with each request. Give each its own, so that one can be revoked alone.`}
        </p>
        <Button look="solid" onClick={() => setShown("new")}>
          {t`Make an API key`}
        </Button>
      </div>
      <QueryView query={keys} loading={<SkeletonRows rows={4} label={t`Loading the keys`} />}>
        {(items) =>
          items.length === 0 ? (
            <p className="tight py-6 text-lead font-medium">{t`No key yet.`}</p>
          ) : (
            <ul aria-label={t`API keys`}>
              {items.map((key) => (
                <KeyRow key={key.id} apiKey={key} now={now} onChange={() => setShown(key)} />
              ))}
            </ul>
          )
        }
      </QueryView>
      {shown === null ? null : <KeyDialog apiKey={shown === "new" ? null : shown} onClose={() => setShown(null)} />}
    </div>
  )
}
