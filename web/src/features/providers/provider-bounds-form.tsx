import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Provider } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { providersQuery } from "@/features/house/api/queries"
import { changeProvider } from "@/features/providers/api/changes"
import { LimitFields } from "@/features/providers/limit-fields"
import { boundsOf } from "@/features/providers/provider-form"
import { refusalOf } from "@/features/providers/refusal"

interface ProviderBoundsFormProps {
  provider: Provider
}

/** Sets what a provider is sent at most, where it works and what it promises. */
export function ProviderBoundsForm({ provider }: ProviderBoundsFormProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const bound = useMutation({
    ...changeProvider(provider.id),
    onSettled: () => client.invalidateQueries({ queryKey: providersQuery().queryKey }),
  })
  const refusal = bound.error ? refusalOf(bound.error) : null
  return (
    <Group title={t`Limits and place`}>
      <form
        className="flex flex-col items-stretch gap-4 pt-1"
        onSubmit={(event) => {
          event.preventDefault()
          bound.mutate(boundsOf(new FormData(event.currentTarget)))
        }}
      >
        <LimitFields
          provider={provider}
          errorOf={(field) => (refusal?.field === field ? refusal.sentence : null)}
        />
        <div className="flex items-center gap-3">
          <Button look="outline" type="submit" disabled={bound.isPending}>
            {t`Save the limits`}
          </Button>
          <p role="status" className={`text-ui ${refusal ? "text-danger" : "text-success"}`}>
            {bound.isSuccess ? t`In force.` : null}
            {refusal?.field === null ? refusal.sentence : null}
          </p>
        </div>
      </form>
    </Group>
  )
}
