import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { PinOff } from "lucide-react"
import { acts } from "@/features/conversations/api/acts"
import { outlineQuery } from "@/features/conversations/api/outline"
import { send } from "@/features/conversations/api/use-act"
import { sayProblem } from "@/features/conversations/inspector/say-problem"
import { TurnLink } from "@/features/conversations/inspector/turn-link"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Group } from "@/components/ui/group"
import { IconButton } from "@/components/ui/icon-button"

/** Turns that are always sent, however full the window is. */
export function PinnedTurns() {
  const { t } = useLingui()
  const open = useOpenConversation()
  const outline = useQuery(outlineQuery(open.id, open.branchId))
  const pinned = (outline.data?.items ?? []).filter(({ is_pinned }) => is_pinned)
  if (pinned.length === 0) return null
  return (
    <Group title={t`Always sent`} aside={<span className="tabular text-caption text-text-2">{pinned.length}</span>}>
      <ul className="flex flex-col">
        {pinned.map(({ id }) => (
          <li key={id} className="flex items-center gap-1">
            <span className="min-w-0 flex-1">
              <TurnLink messageId={id} />
            </span>
            <IconButton label={t`Unpin`} onClick={() => void send(acts.mark(open.id, id, { is_pinned: false })).catch(sayProblem)}>
              <PinOff aria-hidden="true" className="size-4" strokeWidth={1.75} />
            </IconButton>
          </li>
        ))}
      </ul>
    </Group>
  )
}
