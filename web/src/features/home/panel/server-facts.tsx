import { useLingui } from "@lingui/react/macro"
import { CircleCheck, CircleX } from "lucide-react"
import type { ReactNode } from "react"
import type { Status } from "@/api/types"
import { CopyButton } from "@/components/ui/copy-button"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { SkeletonRows } from "@/components/ui/skeleton"
import { formatCount, formatDuration, formatUptime } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface ServerFactsProps {
  status: Status | undefined
}

interface HealthProps {
  isOk: boolean
  children: ReactNode
}

function Health({ isOk, children }: HealthProps) {
  const Icon = isOk ? CircleCheck : CircleX
  return (
    <span className={`inline-flex items-center gap-1.5 ${isOk ? "text-success" : "text-danger"}`}>
      <Icon aria-hidden="true" className="size-3.5 shrink-0" />
      {children}
    </span>
  )
}

/** What runs: this process, where it keeps things, and what it leans on. */
export function ServerFacts({ status }: ServerFactsProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const now = useNow()
  if (status === undefined) {
    return (
      <div className="p-5">
        <SkeletonRows rows={5} label={t`Loading what runs`} />
      </div>
    )
  }
  const database = status.storage.dialect === "sqlite" ? "SQLite" : "PostgreSQL"
  return (
    <div className="relative min-h-0 flex-1 overflow-y-auto">
      <Group title={t`Server`}>
        <dl>
          <Fact label={t`Version`}>{status.version}</Fact>
          <Fact label={t`Role`}>{status.role}</Fact>
          <Fact label={t`Running for`}>{formatUptime(now - status.started_at_ms, locale)}</Fact>
          {status.address === null ? null : (
            <Fact label={t`Address`}>
              <span dir="ltr" className="-me-2 inline-flex items-baseline gap-1">
                {status.address}
                <CopyButton text={status.address} label={t`Copy the address`} isIconOnly />
              </span>
            </Fact>
          )}
        </dl>
      </Group>
      <Group title={t`Storage`}>
        <dl>
          <Fact label={t`Database`}>
            <Health isOk={status.storage.ok}>{database}</Health>
            {status.storage.detail && status.storage.detail !== "ok" ? (
              <span className="block text-caption text-text-3">{status.storage.detail}</span>
            ) : null}
          </Fact>
          <Fact label={t`Data folder`}>
            {status.data_dir === null ? t`None: nothing is kept` : <span dir="ltr">{status.data_dir}</span>}
          </Fact>
          <Fact label="Redis">
            {status.redis.configured ? (
              <Health isOk={status.redis.ok}>{status.redis.ok ? t`Answers` : t`Does not answer`}</Health>
            ) : (
              <span className="text-text-2">{t`Not used`}</span>
            )}
          </Fact>
        </dl>
      </Group>
      <Group title={t`Load`}>
        <dl>
          <Fact label={t`Open streams`}>{formatCount(status.open_streams, locale)}</Fact>
          <Fact label={t`Event loop lag`}>{formatDuration(status.loop_lag_ms, locale)}</Fact>
        </dl>
      </Group>
    </div>
  )
}
