import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { Provider, ProviderKind } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { Dialog } from "@/components/ui/dialog"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { changeProvider } from "@/features/providers/api/changes"
import { ProviderFields } from "@/features/providers/provider-fields"
import { changeOf } from "@/features/providers/provider-form"
import { type Refusal, refusalOf } from "@/features/providers/refusal"
import { showField } from "@/features/providers/show-field"

const FORM = "change-provider"

interface ChangeSheetProps {
  provider: Provider
  kind: ProviderKind
  /** Told when it was changed, so that it is tested at once. */
  onChanged: () => void
  onClose: () => void
}

/** Changes where a provider is, what it is told and what it has; its stored key is not shown and need not be written. */
export function ChangeSheet({ provider, kind, onChanged, onClose }: ChangeSheetProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [refused, setRefused] = useState<Refusal | null>(null)
  const change = useMutation({
    ...changeProvider(provider.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: providersQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      onChanged()
    },
    onError: (problem) => {
      const refusal = refusalOf(problem)
      setRefused(refusal)
      requestAnimationFrame(() => showField(FORM, refusal.field))
    },
  })
  return (
    <Dialog
      title={t`Change ${provider.name}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t`Leave it as it is`}</Button>
          <span className="flex-1" />
          <Button look="solid" type="submit" form={FORM} disabled={change.isPending}>
            {change.isPending ? t`Saving` : t`Save and test`}
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault()
          setRefused(null)
          change.mutate(changeOf(kind, new FormData(event.currentTarget)))
        }}
      >
        {refused !== null && refused.field === null ? <Notice tone="danger">{refused.sentence}</Notice> : null}
        <ProviderFields kind={kind} provider={provider} refused={refused} />
      </form>
    </Dialog>
  )
}
