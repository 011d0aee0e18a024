import { useLingui } from "@lingui/react/macro"
import type { components } from "@/api/schema"
import { TurnLink } from "@/features/conversations/inspector/turn-link"
import { Group } from "@/components/ui/group"

interface LeftOutProps {
  context: components["schemas"]["Context"]
}

const MOST_SHOWN = 100

/** What the model is not told as it was said, and why. */
export function LeftOut({ context }: LeftOutProps) {
  const { t } = useLingui()
  const lists: readonly [title: string, why: string, ids: readonly string[]][] = [
    [t`Left out`, t`The window is full, and these are the oldest.`, context.dropped],
    [t`Summarised`, t`The window is full; a summary stands for these.`, context.summarised],
    [t`Shortened`, t`These tool results are long; the model gets the beginning and a reference.`, context.shortened],
  ]
  const told = lists.filter(([, , ids]) => ids.length > 0)
  return told.map(([title, why, ids]) => (
    <Group key={title} title={title} aside={<span className="tabular text-caption text-text-2">{ids.length}</span>}>
      <p className="text-caption text-text-2">{why}</p>
      <ul className="flex flex-col">
        {ids.slice(0, MOST_SHOWN).map((id) => (
          <li key={id}>
            <TurnLink messageId={id} />
          </li>
        ))}
      </ul>
    </Group>
  ))
}
