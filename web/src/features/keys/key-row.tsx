import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { ApiKey } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { TypedConfirm } from "@/components/ui/typed-confirm"
import { keysQuery, revokeKey } from "@/features/keys/api/keys"
import { formatMinute, formatMoney } from "@/lib/format"

interface KeyRowProps {
  apiKey: ApiKey
  now: number
  onChange: () => void
}

/** One key: what it is called, when it was used, what it may use; and its end, which asks for the name. */
export function KeyRow({ apiKey, now, onChange }: KeyRowProps) {
  const { t, i18n } = useLingui()
  const queries = useQueryClient()
  const [isEnding, setIsEnding] = useState(false)
  const revoke = useMutation({ ...revokeKey(apiKey.id), onSuccess: () => queries.invalidateQueries(keysQuery()) })
  const { name, hint, limits } = apiKey
  const isOver = apiKey.revoked_at_ms !== null
  const used = apiKey.last_used_at_ms
  const facts = [
    used === null ? t`never used` : t`used ${formatMinute(used, now, i18n.locale)}`,
    ...(limits.budget_e10 === null ? [] : [t`${formatMoney(limits.budget_e10, limits.budget_currency, i18n.locale)} a month`]),
    ...(limits.requests_per_minute === null ? [] : [t`${plural(limits.requests_per_minute, { one: "# request a minute", other: "# requests a minute" })}`]),
  ]
  return (
    <li className="flex flex-col gap-3 border-b border-border py-3 last:border-0">
      <div className="flex flex-wrap items-center gap-3">
        <span className="flex min-w-0 flex-1 basis-48 flex-col">
          <span className="truncate text-ui font-medium">
            <bdi>{name}</bdi> <code className="ms-2 text-caption text-text-2">{hint}</code>
          </span>
          <span className="text-caption text-text-2">{isOver ? t`revoked` : facts.join(" · ")}</span>
        </span>
        {isOver ? null : (
          <>
            <Button look="outline" aria-label={t`Change ${name}`} onClick={onChange}>
              {t`Change`}
            </Button>
            <Button aria-label={t`Revoke ${name}`} aria-expanded={isEnding} onClick={() => setIsEnding(!isEnding)}>
              {t`Revoke`}
            </Button>
          </>
        )}
      </div>
      {revoke.error ? <Notice tone="danger">{revoke.error.message}</Notice> : null}
      {isEnding && !isOver ? (
        <TypedConfirm
          name={name}
          label={t`Type its name to revoke it`}
          hint={t`Programs that use it are refused at once, for good.`}
          act={t`Revoke ${name}`}
          isPending={revoke.isPending}
          onConfirm={() => revoke.mutate()}
        />
      ) : null}
    </li>
  )
}
