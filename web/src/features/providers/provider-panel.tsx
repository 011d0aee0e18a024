import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useState } from "react"
import type { Provider, ProviderKind } from "@/api/types"
import { Avatar } from "@/components/ui/avatar"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { Notice } from "@/components/ui/notice"
import { PanelHead } from "@/components/ui/panel-head"
import { providersQuery } from "@/features/house/api/queries"
import { testProvider } from "@/features/house/api/test-provider"
import { ProviderStateLabel } from "@/features/house/provider-state"
import { ChangeSheet } from "@/features/providers/change-sheet"
import { ProviderBoundsForm } from "@/features/providers/provider-bounds-form"
import { ProviderFacts } from "@/features/providers/provider-facts"
import { ProviderKeyForm } from "@/features/providers/provider-key-form"
import { ProviderRemoval } from "@/features/providers/provider-removal"
import { TrialView } from "@/features/providers/trial-view"
import { monogram } from "@/lib/voices"

interface ProviderPanelProps {
  provider: Provider
  kind: ProviderKind | undefined
  voice: number
  /** Whether it was added a moment ago and has to be tested. */
  isNew: boolean
  onTested: () => void
  onClose: () => void
}

/** One provider: how it is, a real test, its key, and letting it go. */
export function ProviderPanel({ provider, kind, voice, isNew, onTested, onClose }: ProviderPanelProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [isChanging, setIsChanging] = useState(false)
  const test = useMutation({
    ...testProvider(provider.id),
    onSettled: () => client.invalidateQueries({ queryKey: providersQuery().queryKey }),
  })
  const begin = useEffectEvent(() => {
    onTested()
    test.mutate()
  })
  useEffect(() => {
    if (isNew) begin()
  }, [isNew])
  return (
    <>
      <PanelHead
        title={provider.name}
        lead={<Avatar kind="model" letters={monogram(provider.name, 0)} voice={voice} />}
        aside={<ProviderStateLabel state={provider.state} />}
        onClose={onClose}
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        {provider.last_error && provider.state !== "healthy" ? (
          <div className="px-5 pt-5">
            <Notice tone={provider.state === "down" ? "danger" : "warning"}>
              <span dir="auto">{provider.last_error}</span>
            </Notice>
          </div>
        ) : null}
        <Group title={t`A real test`}>
          <p className="text-ui text-text-2">{t`Asks it for its models, a streamed word and a tool call. That costs as much as one short question.`}</p>
          <TrialView trial={test.data} isRunning={test.isPending} problem={test.error} />
          <div>
            <Button look="outline" disabled={test.isPending || !provider.enabled} onClick={() => test.mutate()}>
              {test.isPending ? t`Testing` : t`Test it`}
            </Button>
          </div>
        </Group>
        <ProviderFacts
          provider={provider}
          kind={kind}
          onChange={provider.source === "api" && kind ? () => setIsChanging(true) : null}
        />
        {provider.source === "api" ? (
          <>
            {kind?.key === "none" ? null : <ProviderKeyForm provider={provider} kind={kind} />}
            <ProviderBoundsForm provider={provider} />
            <ProviderRemoval provider={provider} onRemoved={onClose} />
          </>
        ) : null}
      </div>
      {isChanging && kind ? (
        <ChangeSheet
          provider={provider}
          kind={kind}
          onChanged={() => {
            setIsChanging(false)
            test.mutate()
          }}
          onClose={() => setIsChanging(false)}
        />
      ) : null}
    </>
  )
}
