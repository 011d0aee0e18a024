import { Trans, useLingui } from "@lingui/react/macro"
import { ArrowDown } from "lucide-react"
import { type RefObject, useLayoutEffect, useRef, useState } from "react"
import type { Model, RequestRow } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Composer } from "@/features/home/panel/composer"
import { talk } from "@/features/home/panel/talk-instance"
import { TurnView } from "@/features/home/panel/turn-view"
import { useTalkTurns } from "@/stream/talk"
import type { Voice } from "@/lib/voices"

interface TryItProps {
  field: RefObject<HTMLTextAreaElement | null>
  models: readonly Model[]
  model: string
  onModel: (model: string) => void
  voices: ReadonlyMap<string, Voice>
  requests: readonly RequestRow[]
}

const PERSON_VOICE = 9
const NEAR_END_PX = 24

/** A short talk with one model, over the same door that every client uses. */
export function TryIt({ field, models, model, onModel, voices, requests }: TryItProps) {
  const { t } = useLingui()
  const turns = useTalkTurns(talk)
  const feed = useRef<HTMLDivElement>(null)
  const [isFollowing, setIsFollowing] = useState(true)
  const last = turns.at(-1)
  const isWriting = last?.state === "writing"
  const voiceOf = (name: string): number => {
    const provider = models.find((entry) => entry.id === name || entry.aliases.includes(name))?.provider
    return voices.get(provider ?? name.split("/")[0] ?? "") ?? 6
  }
  useLayoutEffect(() => {
    if (isFollowing) feed.current?.scrollTo({ top: feed.current.scrollHeight })
  })
  const send = (text: string): void => {
    setIsFollowing(true)
    void talk.send(text, model)
  }
  const examples = [t`Who are you?`, t`Count to twenty, slowly`, t`Explain a token in one paragraph`]

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div
        ref={feed}
        role="log"
        aria-live="off"
        aria-label={t`The talk`}
        // A scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
          setIsFollowing(scrollTop + clientHeight >= scrollHeight - NEAR_END_PX)
        }}
        className="relative flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4 -outline-offset-2"
      >
        {turns.length === 0 ? (
          <div className="mt-auto flex flex-col gap-3">
            <p className="tight text-lead font-medium text-balance">
              <Trans>Hear a model answer, over the same door your clients use.</Trans>
            </p>
            <ul className="flex flex-col gap-2">
              {examples.map((example) => (
                <li key={example}>
                  <button
                    type="button"
                    onClick={() => send(example)}
                    className="quick min-h-(--control) w-full rounded-2 border border-border bg-surface px-3 py-1.5 text-start text-ui hover:bg-hover"
                  >
                    {example}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ) : (
          turns.map((turn) => (
            <TurnView
              key={turn.id}
              turn={turn}
              voice={turn.author === "person" ? PERSON_VOICE : voiceOf(turn.model)}
              row={requests.find((row) => row.request_id === turn.requestId)}
              onRetry={turn === last && turn.state === "failed" ? () => void talk.retry(model) : null}
            />
          ))
        )}
      </div>
      <p role="status" className="sr-only">
        {last && last.author === "model" && !isWriting ? `${last.model}: ${last.text}` : ""}
      </p>
      {isFollowing ? null : (
        <div className="flex justify-center">
          <Button look="outline" onClick={() => setIsFollowing(true)}>
            <ArrowDown aria-hidden="true" className="size-4" />
            {t`Jump to latest`}
          </Button>
        </div>
      )}
      <Composer
        field={field}
        models={models}
        model={model}
        onModel={onModel}
        isWriting={isWriting}
        onSend={send}
        onStop={talk.stop}
      />
    </div>
  )
}
