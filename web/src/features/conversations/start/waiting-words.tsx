import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { waitingNew } from "@/features/conversations/composer/refused"
import { drop, takeBack, wordsIn } from "@/features/conversations/composer/unsent"
import { useConnectionState, useDraft, useOutbox } from "@/live/hooks"
import { Link } from "@/router"
import { live, NEW } from "@/live/instance"

/** What was said to begin conversations and waits for the network: it is here until it is sent. */
export function WaitingWords() {
  const { t } = useLingui()
  const { acts, blocked } = useOutbox()
  const { phase } = useConnectionState()
  const [, store] = useDraft(NEW)
  const { outbox } = live()
  const waiting = blocked === null && phase !== "waiting" ? [] : waitingNew(acts)
  if (waiting.length === 0) return null
  return (
    <ul aria-label={t`Waiting to be sent`} className="mx-auto flex w-full max-w-(--composer) flex-col gap-2">
      {waiting.map((one) => (
        <li key={one.act.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-3 border border-border py-1 ps-3 pe-1 text-ui">
          <span dir="auto" className="line-clamp-2 min-w-48 flex-1 wrap-anywhere text-text">
            {one.begin === null ? (
              wordsIn(one.act)
            ) : (
              <Link to="/c/$id" params={{ id: one.begin.id }} className="quick rounded-1 hover:underline">
                {wordsIn(one.act)}
              </Link>
            )}
          </span>
          <Button onClick={() => void takeBack(one, outbox, store).then(() => document.getElementById("message-box")?.focus())}>{t`Change it`}</Button>
          <Button onClick={() => void drop(one, outbox)}>{t`Discard`}</Button>
        </li>
      ))}
    </ul>
  )
}
