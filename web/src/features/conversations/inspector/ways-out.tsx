import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import { settingsQuery } from "@/features/conversations/api/conversations"
import { useAct } from "@/features/conversations/api/use-act"
import { policyOf, type PolicyKind } from "@/features/conversations/inspector/context-policy"
import { useOpenConversation } from "@/features/conversations/page/open"
import { modelsQuery } from "@/features/house/api/queries"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { Select } from "@/components/ui/select"
import { formatContext } from "@/lib/format"

interface WaysOutProps {
  /** Why it is refused, in the server's words. */
  sentence: string | null
}

const MOST_MODELS = 20

/** What can be done when the conversation does not fit what the model reads. */
export function WaysOut({ sentence }: WaysOutProps) {
  const { t, i18n } = useLingui()
  const open = useOpenConversation()
  const act = useAct()
  const settings = useQuery(settingsQuery(open.id))
  const models = useQuery(modelsQuery())
  const choose = (kind: PolicyKind): void => {
    const { rest } = policyOf(settings.data?.in_force ?? {})
    void act.run(acts.settings(open.id, { context: { ...rest, kind } }))
  }
  const larger = (models.data ?? [])
    .flatMap(({ id, context_tokens: tokens }) => (typeof tokens === "number" ? [{ id, tokens }] : []))
    .toSorted((one, other) => other.tokens - one.tokens)
    .slice(0, MOST_MODELS)
  const options = [
    { value: "", label: t`Choose a model that reads more` },
    ...larger.map(({ id, tokens }) => ({ value: id, label: `${id} · ${formatContext(tokens, i18n.locale)}` })),
  ]
  return (
    <div className="flex flex-col items-start gap-2">
      <Notice tone="warning">{sentence ?? t`The conversation is longer than what the model reads.`}</Notice>
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <Button look="outline" disabled={act.isPending} onClick={() => choose("trim-oldest")}>
        {t`Leave out the oldest`}
      </Button>
      <Button look="outline" disabled={act.isPending} onClick={() => choose("summarise")}>
        {t`Summarise the oldest`}
      </Button>
      {larger.length === 0 ? null : (
        <Select label={t`Choose a model that reads more`} value="" onChange={(model) => void act.run(acts.settings(open.id, { model }))} options={options} />
      )}
    </div>
  )
}
