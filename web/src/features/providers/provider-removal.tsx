import { Trans, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { Provider } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { TypedConfirm } from "@/components/ui/typed-confirm"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { enableProvider, removeProvider } from "@/features/providers/api/changes"

interface ProviderRemovalProps {
  provider: Provider
  onRemoved: () => void
}

/** Switches a provider off, which can be undone, or removes it with its key, which needs its name typed. */
export function ProviderRemoval({ provider, onRemoved }: ProviderRemovalProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const refresh = (): void => {
    void client.invalidateQueries({ queryKey: providersQuery().queryKey })
    void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
  }
  const enable = useMutation({ ...enableProvider(provider.id), onSettled: refresh })
  const remove = useMutation({
    ...removeProvider(provider.id),
    onSuccess: () => {
      refresh()
      onRemoved()
    },
  })
  const problem = enable.error ?? remove.error
  return (
    <Group title={provider.enabled ? t`Switch off or remove` : t`Switch on or remove`}>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="outline" disabled={enable.isPending} onClick={() => enable.mutate(!provider.enabled)}>
          {provider.enabled ? t`Switch off` : t`Switch on`}
        </Button>
        <Button aria-expanded={isAsking} onClick={() => setIsAsking(!isAsking)}>
          {t`Remove`}
        </Button>
      </div>
      {problem ? <p role="alert" className="text-ui text-danger">{problem.message}</p> : null}
      {isAsking ? (
        <TypedConfirm
          name={provider.name}
          label={t`Type its name to remove it`}
          hint={<Trans>Its key is forgotten with it. Requests to its models are refused from then on.</Trans>}
          act={t`Remove ${provider.name}`}
          isPending={remove.isPending}
          onConfirm={() => remove.mutate()}
        />
      ) : null}
    </Group>
  )
}
