import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { HatGlasses } from "lucide-react"
import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { PageHeader } from "@/components/shell/page-header"
import { startFresh } from "@/features/conversations/api/start-fresh"
import { Composer } from "@/features/conversations/composer"
import { Examples } from "@/features/conversations/start/examples"
import { RecentModels } from "@/features/conversations/start/recent-models"
import { useFirstRun } from "@/features/first-run/use-first-run"
import { hasEarlyWords } from "@/lib/early-box"
import { lazy } from "@/lib/lazy"
import { useDraft, useOutbox } from "@/live/hooks"
import { NEW } from "@/live/instance"

/** Kept in the browser with the app, as what it stands beside; where nothing is kept the line above the box counts. */
const WaitingWords = lazy(() =>
  import("@/features/conversations/start/pending-page").then(
    (module) => ({ default: module.WaitingWords }),
    () => ({ default: Nothing }),
  ),
)
const FirstRun = lazy(() => import("@/features/first-run/first-run"))

/** An empty conversation: what can be done here, and the box to do it. Before that, who is to answer. */
export function StartPage() {
  const { t } = useLingui()
  const queries = useQueryClient()
  useEffect(() => startFresh(queries), [queries])
  const [draft] = useDraft(NEW)
  const isFirst = useFirstRun()
  // Who has begun to write goes on writing; the demo answers.
  const wroteEarly = useSyncExternalStore(never, hasEarlyWords)
  const hasBegun = draft.text !== "" || wroteEarly
  const asksFirst = isFirst === true && !hasBegun
  const waits = useOutbox().acts.length > 0
  const [isTemporary, setIsTemporary] = useState(false)
  const hasAsked = useRef(false)
  // Who has said who is to answer goes on with what to ask: what was pressed is gone.
  useEffect(() => {
    if (hasAsked.current && !asksFirst) document.getElementById("message-box")?.focus()
    hasAsked.current = asksFirst
  }, [asksFirst])
  return (
    <>
      <PageHeader
        title={isTemporary ? t`Temporary conversation` : t`New conversation`}
        actions={
          asksFirst ? null : (
            <IconButton
              label={t`Temporary conversation`}
              isOn={isTemporary}
              aria-pressed={isTemporary}
              onClick={() => {
                setIsTemporary(!isTemporary)
                document.getElementById("message-box")?.focus()
              }}
            >
              <HatGlasses aria-hidden="true" className="size-4" strokeWidth={1.75} />
            </IconButton>
          )
        }
      />
      <main
        data-pane="main"
        tabIndex={-1}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-surface px-4 pt-8 pb-[10dvh]"
      >
        <div className="my-auto flex flex-col gap-4">
          {isFirst === null && !hasBegun ? null : (
            <>
              <p className="tight mx-auto w-full max-w-(--composer) px-3 text-lead font-medium">
                {asksFirst
                  ? t`Who is to answer?`
                  : isTemporary
                    ? t`Nothing of this is kept: it ends some time after its last use, or with the server.`
                    : t`Ask one model, or up to four side by side.`}
              </p>
              {asksFirst ? (
                <Suspense>
                  <FirstRun />
                </Suspense>
              ) : (
                <>
                  <Suspense>{waits ? <WaitingWords /> : null}</Suspense>
                  <Composer conversation={null} isTemporary={isTemporary} />
                </>
              )}
            </>
          )}
          <div className="mx-auto flex w-full max-w-(--composer) flex-col gap-3 px-3">
            {isFirst === false ? <RecentModels /> : null}
            {isFirst === false ? <Examples /> : null}
          </div>
        </div>
      </main>
    </>
  )
}

function Nothing() {
  return null
}

/** Read each time, told of never: what was typed before counts when the house answers. */
function never(): () => void {
  return () => undefined
}
