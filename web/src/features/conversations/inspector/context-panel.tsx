import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { contextQuery, settingsQuery } from "@/features/conversations/api/conversations"
import { ContextBar } from "@/features/conversations/inspector/context-bar"
import { ContextPolicy } from "@/features/conversations/inspector/context-policy"
import { LeftOut } from "@/features/conversations/inspector/left-out"
import { PinnedTurns } from "@/features/conversations/inspector/pinned-turns"
import { WaysOut } from "@/features/conversations/inspector/ways-out"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Group } from "@/components/ui/group"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { formatContext, formatCompact } from "@/lib/format"

/** What the next answer would be told, in tokens, and what becomes of what does not fit. */
export function ContextPanel() {
  const { t, i18n } = useLingui()
  const open = useOpenConversation()
  const asked = { branchId: open.branchId, ...(open.model === null ? {} : { model: open.model }) }
  const context = useQuery(contextQuery(open.id, asked))
  const settings = useQuery(settingsQuery(open.id))
  const short = (value: number): string => formatCompact(value, i18n.locale)
  const refusal = context.error && context.data === undefined ? context.error.message : null
  return (
    <>
      {refusal === null ? null : (
        <Group title={t`Context`}>
          <WaysOut sentence={refusal} />
        </Group>
      )}
      {refusal === null ? (
        <QueryView query={context} loading={<div className="p-5"><SkeletonRows rows={4} label={t`Counting the context`} /></div>}>
          {(found) => (
            <>
              <Group
                title={t`Context`}
                aside={
                  <span className="tabular text-caption text-text-2">
                    {t`${short(found.used)} of ${formatContext(found.window_tokens, i18n.locale)}`}
                  </span>
                }
              >
                <ContextBar context={found} />
              </Group>
              {found.left < 0 ? (
                <Group title={t`It does not fit`}>
                  <WaysOut sentence={null} />
                </Group>
              ) : null}
              <LeftOut context={found} />
            </>
          )}
        </QueryView>
      ) : null}
      <PinnedTurns />
      <QueryView query={settings} loading={null}>
        {(found) => <ContextPolicy conversationId={open.id} settings={found} />}
      </QueryView>
    </>
  )
}
