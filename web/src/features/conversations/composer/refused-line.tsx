import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import type { RefusedWords } from "@/features/conversations/composer/refused"
import { drop, sendAgain, takeBack, wordsIn } from "@/features/conversations/composer/unsent"
import type { DraftStore } from "@/live/drafts"
import { live } from "@/live/instance"

interface RefusedLinesProps {
  all: readonly RefusedWords[]
  store: DraftStore
  onTakenBack: () => void
}

/** What was said here and refused: its words are kept until somebody says what becomes of them. */
export default function RefusedLines({ all, store, onTakenBack }: RefusedLinesProps) {
  const { t } = useLingui()
  const { outbox } = live()
  return all.map((refused) => (
    <div
      key={refused.act.id}
      role="alert"
      className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-3 bg-danger-soft py-1 ps-3 pe-1 text-ui"
    >
      <p className="min-w-48 flex-1">
        <span className="font-medium text-danger">{t`Not sent.`} </span>
        <span dir="auto" className="text-text wrap-anywhere">
          {refused.problem.message}
        </span>
        <span dir="auto" className="block truncate text-caption text-text-2">
          {wordsIn(refused.act)}
        </span>
      </p>
      <Button onClick={() => void sendAgain(refused, outbox)}>{t`Send again`}</Button>
      <Button
        onClick={() => {
          void takeBack(refused, outbox, store).then(onTakenBack)
        }}
      >{t`Change it`}</Button>
      <Button onClick={() => void drop(refused, outbox)}>{t`Discard`}</Button>
    </div>
  ))
}
