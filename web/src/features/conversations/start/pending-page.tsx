import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { Button } from "@/components/ui/button"
import { PageHeader } from "@/components/shell/page-header"
import { echoesOf } from "@/features/conversations/api/echo"
import { Composer } from "@/features/conversations/composer"
import { adopt, madeBy } from "@/features/conversations/composer/begin"
import type { UnsentWords } from "@/features/conversations/composer/refused"
import { drop, takeBack } from "@/features/conversations/composer/unsent"
import { carryDraft, seedPending } from "@/features/conversations/start/pending"
import type { OpenConversation } from "@/features/conversations/page/open"
import { SaidBody } from "@/features/conversations/page/parts/said-body"
import { Speakers } from "@/features/conversations/page/speakers"
import { TurnFacts } from "@/features/conversations/page/turn/turn-facts"
import { TurnFrame } from "@/features/conversations/page/turn/turn-frame"
import { idOf } from "@/live/acts"
import { useOutbox } from "@/live/hooks"
import { live, NEW } from "@/live/instance"
import { navigate } from "@/router"

export { WaitingWords } from "@/features/conversations/start/waiting-words"

interface PendingPageProps {
  /** The act that is to make the conversation. */
  actId: string
}

/** A conversation that was begun without the server: what is said in it waits, and it goes on as soon as it is made. */
export function PendingPage({ actId }: PendingPageProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const outbox = useOutbox()
  const [speakers] = useState(() => new Speakers())
  const place = idOf(actId)
  const begin = outbox.acts.find(({ id }) => id === actId) ?? null
  seedPending(queries, place)

  const goOn = (id: string): void => {
    carryDraft(place, id)
    navigate({ to: "/c/$id", params: { id }, replace: true })
  }
  useEffect(() => {
    const known = madeBy(actId)
    if (known !== undefined) return goOn(known)
    return live().outbox.onAnswered((act, { body }) => {
      const made = act.id === actId ? adopt(queries, actId, body) : null
      if (made !== null) goOn(made)
    })
    // oxlint-disable-next-line react/exhaustive-deps -- once for each act
  }, [actId])
  // It was made while nobody looked here, or is not wanted any more.
  const isGone = outbox.isRead && begin === null && madeBy(actId) === undefined
  useEffect(() => {
    if (isGone) navigate({ to: "/", replace: true })
  }, [isGone])

  const self = speakers.self(t`Owner`)
  const isTemporary = begin?.body instanceof Object && "is_temporary" in begin.body
  const title = isTemporary ? t`Temporary conversation` : t`New conversation`
  useEffect(() => {
    document.title = `${title} · Salon`
  }, [title])
  const echoes = echoesOf(outbox, place).filter(({ state }) => state !== "refused")
  const isOnly = outbox.acts.filter(({ about }) => about === place).length === 1
  const unsent = (id: string): UnsentWords | null => {
    const act = outbox.acts.find((one) => one.id === id)
    return act === undefined ? null : { act, begin: isOnly ? begin : null }
  }
  const change = async (words: UnsentWords): Promise<void> => {
    await takeBack(words, live().outbox, live().draft(words.begin === null ? place : NEW))
    document.getElementById("message-box")?.focus()
  }
  const settings: unknown = begin?.body instanceof Object ? Reflect.get(begin.body, "settings") : null
  const model: unknown = settings instanceof Object ? Reflect.get(settings, "model") : null
  const open: OpenConversation = { id: place, branchId: "", endId: null, model: typeof model === "string" ? model : null, ...NOTHING_SAID }
  return (
    <>
      <PageHeader title={title} />
      <main className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div data-pane="main" tabIndex={-1} className="turns min-h-0 flex-1 overflow-y-auto">
          <div role="log" aria-label={t`Messages`} aria-live="off" className="mx-auto w-full max-w-(--col) px-4 pb-4 sm:px-5">
            {echoes.map((echo, index) => (
              <article key={echo.actId} data-turn={echo.actId} aria-label={self.name || t`You`} className="turn rounded-3">
                <TurnFrame
                  speaker={self}
                  name={self.name || t`You`}
                  facts={
                    <TurnFacts
                      atMs={echo.atMs}
                      isPinned={false}
                      isExcluded={false}
                      isRunning={false}
                      note={echo.state === "sending" ? t`sending` : t`waiting`}
                    />
                  }
                  goesOn={index > 0}
                  isOwn
                  footer={<Ways words={unsent(echo.actId)} onChange={change} />}
                >
                  <SaidBody parts={echo.parts} />
                </TurnFrame>
              </article>
            ))}
          </div>
        </div>
        <div className="shrink-0 px-3 pb-3 sm:px-4">
          <Composer conversation={open} />
        </div>
      </main>
    </>
  )
}

/** There is nothing to show, to switch to or to stop yet. */
const NOTHING_SAID = { show: () => undefined, switchTo: () => undefined, stop: () => undefined }

interface WaysProps {
  words: UnsentWords | null
  onChange: (words: UnsentWords) => Promise<void>
}

/** What can be done with words that wait. */
function Ways({ words, onChange }: WaysProps) {
  const { t } = useLingui()
  if (words === null) return null
  return (
    <div className="mt-1 mb-4 flex flex-wrap gap-2">
      <Button size="small" look="outline" onClick={() => void onChange(words)}>{t`Change it`}</Button>
      <Button size="small" look="outline" onClick={() => void drop(words, live().outbox)}>{t`Discard`}</Button>
    </div>
  )
}
