import { CircleAlert, CloudOff, Info } from "lucide-react"
import type { ReactNode } from "react"

interface NoticeProps {
  tone: "danger" | "warning" | "info"
  children: ReactNode
  action?: ReactNode
}

const LOOKS = {
  danger: { ground: "bg-danger-soft text-danger", Icon: CircleAlert },
  warning: { ground: "bg-warning-soft text-warning", Icon: CloudOff },
  info: { ground: "bg-info-soft text-info", Icon: Info },
} as const

/** One sentence about something that needs attention, with at most one act. */
export function Notice({ tone, children, action }: NoticeProps) {
  const { ground, Icon } = LOOKS[tone]
  return (
    <div className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-2 px-3 py-2 ${ground}`}>
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 basis-48 text-ui wrap-anywhere">{children}</p>
      {action}
    </div>
  )
}
