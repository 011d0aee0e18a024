import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { ArrowLeft } from "lucide-react"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { promptQuery } from "@/features/conversations/composer/prompts/api"
import { PromptForm } from "@/features/conversations/composer/prompts/prompt-form"
import { VersionList } from "@/features/conversations/composer/prompts/version-list"

interface PromptEditorProps {
  /** Null for a new one. */
  id: string | null
  onDone: () => void
}

/** One prompt: its words and places, and the versions it had. */
export function PromptEditor({ id, onDone }: PromptEditorProps) {
  const { t } = useLingui()
  const prompt = useQuery({ ...promptQuery(id ?? ""), enabled: id !== null })
  return (
    <div className="flex flex-col gap-4">
      <span>
        <Button onClick={onDone}>
          <ArrowLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" />
          {t`All prompts`}
        </Button>
      </span>
      {id === null ? (
        <PromptForm old={null} onDone={onDone} />
      ) : (
        <QueryView query={prompt} loading={<SkeletonRows rows={4} label={t`Loading the prompt`} />}>
          {(old) => (
            <>
              <PromptForm key={old.shown.number} old={old} onDone={onDone} />
              <VersionList prompt={old} />
            </>
          )}
        </QueryView>
      )}
    </div>
  )
}
