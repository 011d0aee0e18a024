import { Plural, useLingui } from "@lingui/react/macro"
import { CloudOff } from "lucide-react"
import { Button } from "@/components/ui/button"
import { useConnectionState, useOutbox } from "@/live/hooks"
import { live } from "@/live/instance"

/** One line while the server cannot be reached: what waits, and that it is not lost. */
export function WaitingLine() {
  const { t } = useLingui()
  const { phase } = useConnectionState()
  const { acts, blocked } = useOutbox()
  const isAway = phase === "waiting" || blocked === "offline" || blocked === "server"
  const isLimited = blocked === "limited"
  if (!isAway && !isLimited) return null
  const waiting = acts.filter(({ problem, kind }) => problem === null && (kind === "send" || kind === "edit")).length
  return (
    <p role="status" data-away={isAway || undefined} className="mb-2 flex flex-wrap items-center gap-x-2 ps-3 text-ui text-text-2">
      <CloudOff aria-hidden="true" className="size-4 shrink-0 text-warning" strokeWidth={1.75} />
      <span className="font-medium text-warning">
        {isLimited ? t`Salon takes no more for a moment.` : t`Salon cannot be reached.`}
      </span>
      <span>
        {waiting === 0 ? (
          t`What you write is kept.`
        ) : (
          <Plural value={waiting} one="# message waits and is sent by itself." other="# messages wait and are sent by themselves." />
        )}
      </span>
      <span className="ms-auto">
        <Button
          size="small"
          onClick={() => {
            live().connection.comeBack()
            live().outbox.wake()
          }}
        >{t`Try again now`}</Button>
      </span>
    </p>
  )
}
