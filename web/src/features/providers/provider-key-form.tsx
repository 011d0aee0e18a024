import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Provider, ProviderKind } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { providersQuery } from "@/features/house/api/queries"
import { setProviderKey } from "@/features/providers/api/changes"
import { KeyField } from "@/features/providers/key-field"

interface ProviderKeyFormProps {
  provider: Provider
  kind: ProviderKind | undefined
}

/** Gives a provider another key; the field is empty again as soon as it was stored. */
export function ProviderKeyForm({ provider, kind }: ProviderKeyFormProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const change = useMutation({
    ...setProviderKey(provider.id),
    onSettled: () => client.invalidateQueries({ queryKey: providersQuery().queryKey }),
  })
  return (
    <Group title={provider.key === "set" ? t`Give it another key` : t`Give it a key`}>
      <form
        className="flex flex-col items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          const key = new FormData(form).get("api_key")
          if (typeof key === "string" && key.trim() !== "") {
            change.mutate(key.trim(), { onSuccess: () => form.reset() })
          }
        }}
      >
        <div className="w-full">
          <KeyField kind={kind} error={change.error?.message ?? null} />
        </div>
        <div className="flex items-center gap-3">
          <Button look="outline" type="submit" disabled={change.isPending}>
            {t`Store the key`}
          </Button>
          <p role="status" className="text-ui text-success">{change.isSuccess ? t`Stored. The old one is forgotten.` : ""}</p>
        </div>
      </form>
    </Group>
  )
}
