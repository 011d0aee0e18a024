import { useLingui } from "@lingui/react/macro"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { ChevronRight, Plus } from "lucide-react"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { promptsQuery } from "@/features/conversations/composer/prompts/api"
import { PromptEditor } from "@/features/conversations/composer/prompts/prompt-editor"

/** The saved prompts: each is opened to be changed, and a new one begun. */
export default function PromptsPage() {
  const { t } = useLingui()
  const queries = useQueryClient()
  const known = useQuery(promptsQuery())
  /** The id of the one that is open; empty for a new one. */
  const [open, setOpen] = useState<string | null>(null)
  const close = (): void => {
    setOpen(null)
    void queries.invalidateQueries({ queryKey: promptsQuery().queryKey })
  }
  if (open !== null) return <PromptEditor key={open} id={open === "" ? null : open} onDone={close} />
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-ui text-text-2">{t`Write / in an empty message to use one.`}</p>
        <Button look="outline" onClick={() => setOpen("")}>
          <Plus aria-hidden="true" className="size-4" />
          {t`New prompt`}
        </Button>
      </div>
      <QueryView query={known} loading={<SkeletonRows rows={4} label={t`Loading the prompts`} />}>
        {(prompts) => (
          <ul className="flex flex-col divide-y divide-border rounded-3 border border-border empty:hidden">
            {prompts.map((prompt) => (
              <li key={prompt.id}>
                <button
                  type="button"
                  onClick={() => setOpen(prompt.id)}
                  className="quick flex min-h-(--row) w-full items-center gap-3 px-3 py-2 text-start text-ui -outline-offset-2 hover:bg-hover"
                >
                  <span className="flex min-w-0 flex-1 flex-col">
                    <bdi className="truncate font-medium">{prompt.name}</bdi>
                    <bdi className="truncate text-caption text-text-2">{prompt.description}</bdi>
                  </span>
                  <span className="tabular shrink-0 text-caption text-text-2">{t`version ${prompt.live}`}</span>
                  <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-text-2 rtl:-scale-x-100" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </div>
  )
}
