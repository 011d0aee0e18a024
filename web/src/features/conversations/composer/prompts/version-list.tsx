import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Button } from "@/components/ui/button"
import { makeLive, type Prompt, promptsQuery, versionsQuery } from "@/features/conversations/composer/prompts/api"
import { formatMinute } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface VersionListProps {
  prompt: Prompt
}

/** The versions of a prompt; any of them can be the one that is used. */
export function VersionList({ prompt }: VersionListProps) {
  const { t, i18n } = useLingui()
  const queries = useQueryClient()
  const nowMs = useNow()
  const versions = useQuery(versionsQuery(prompt.id)).data ?? []
  const use = useMutation({
    mutationFn: (number: number) => makeLive(prompt.id, number),
    onSuccess: () => queries.invalidateQueries({ queryKey: promptsQuery().queryKey }),
  })
  if (versions.length < 2) return null
  return (
    <section aria-label={t`Versions`} className="flex flex-col gap-2">
      <h3 className="text-ui font-semibold">{t`Versions`}</h3>
      <ul className="flex flex-col divide-y divide-border rounded-3 border border-border">
        {versions.map(({ number, note, text, created_at_ms: atMs }) => (
          <li key={number} className="flex items-center gap-3 px-3 py-2 text-ui">
            <span className="tabular w-6 shrink-0 text-text-2">{number}</span>
            <span className="flex min-w-0 flex-1 flex-col">
              <bdi className="truncate">{note === "" ? text : note}</bdi>
              <span className="tabular text-caption text-text-2">{formatMinute(atMs, nowMs, i18n.locale)}</span>
            </span>
            {number === prompt.live ? (
              <span className="text-caption font-medium text-success">{t`in use`}</span>
            ) : (
              <Button size="small" disabled={use.isPending} onClick={() => use.mutate(number)}>{t`Use this one`}</Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
