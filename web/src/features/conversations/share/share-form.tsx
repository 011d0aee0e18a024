import { useLingui } from "@lingui/react/macro"
import { RadioRow } from "@/components/ui/radio-row"
import { Select } from "@/components/ui/select"

export type ShareKind = "branch" | "path" | "tree"

interface ShareFormProps {
  kind: ShareKind
  onKind: (kind: ShareKind) => void
  /** After how many days the link ends; 0 is never. */
  days: number
  onDays: (days: number) => void
  /** Whether it was asked for at a turn. */
  hasTurn: boolean
}

/** What a link is to show, and how long. */
export function ShareForm({ kind, onKind, days, onDays, hasTurn }: ShareFormProps) {
  const { t } = useLingui()
  const kinds: readonly { value: ShareKind; label: string; note: string }[] = [
    { value: "branch", label: t`This branch`, note: t`All turns that are shown now.` },
    ...(hasTurn ? [{ value: "path" as const, label: t`Up to this turn`, note: t`What comes after it is not in it.` }] : []),
    { value: "tree", label: t`Everything`, note: t`All branches and versions.` },
  ]
  const spans = [
    { value: "0", label: t`Never` },
    { value: "1", label: t`After a day` },
    { value: "7", label: t`After a week` },
    { value: "30", label: t`After 30 days` },
  ]
  return (
    <div className="flex flex-col gap-4">
      <div role="radiogroup" aria-label={t`What is shared`} className="flex flex-col">
        {kinds.map(({ value, label, note }) => (
          <RadioRow key={value} name="share-kind" label={label} note={note} isChosen={kind === value} onChoose={() => onKind(value)} />
        ))}
      </div>
      <div className="flex items-center justify-between gap-3">
        <span aria-hidden="true" className="text-ui font-medium">
          {t`The link ends`}
        </span>
        <Select label={t`The link ends`} value={String(days)} onChange={(value) => onDays(Number(value))} options={spans} />
      </div>
      <p className="text-caption text-text-2">
        {t`Whoever has the link can read it as it is now, with names, models and files. Instructions, settings, tokens, costs and what is said later are not in it.`}
      </p>
    </div>
  )
}
