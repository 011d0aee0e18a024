import { useLingui } from "@lingui/react/macro"
import { Circle, CircleSlash } from "lucide-react"
import type { Status } from "@/api/types"
import { serverAddress } from "@/api/client"
import { Chip } from "@/components/ui/chip"
import { CopyButton } from "@/components/ui/copy-button"
import { formatUptime } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface HeaderChipsProps {
  status: Status | undefined
  isUp: boolean
}

/** Beside the title: the address to copy and how long the server runs. */
export function HeaderChips({ status, isUp }: HeaderChipsProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  return (
    <div className="flex min-w-0 items-center gap-2">
      {isUp ? (
        status ? (
          <Chip tone="accent">
            <Circle aria-hidden="true" className="size-2.5 fill-current" />
            <span className="tabular">{t`Running, ${formatUptime(now - status.started_at_ms, i18n.locale)}`}</span>
          </Chip>
        ) : null
      ) : (
        <Chip tone="warning">
          <CircleSlash aria-hidden="true" className="size-3" />
          {t`No answer`}
        </Chip>
      )}
      <span dir="ltr" className="hidden min-w-0 items-center gap-1 text-ui text-text-2 md:inline-flex">
        <span className="truncate">{serverAddress()}</span>
        <CopyButton text={serverAddress()} label={t`Copy the address`} isIconOnly />
      </span>
    </div>
  )
}
