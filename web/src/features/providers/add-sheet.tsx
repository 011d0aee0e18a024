import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { Provider, ProviderKind } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { QueryView } from "@/components/ui/query-view"
import { Dialog } from "@/components/ui/dialog"
import { SkeletonRows } from "@/components/ui/skeleton"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { addProvider } from "@/features/providers/api/changes"
import { kindsQuery } from "@/features/providers/api/kinds"
import { FindServers } from "@/features/providers/find-servers"
import { KindChoice } from "@/features/providers/kind-choice"
import { ProviderFields } from "@/features/providers/provider-fields"
import { bodyOf, freeName } from "@/features/providers/provider-form"
import { type Refusal, refusalOf } from "@/features/providers/refusal"
import { showField } from "@/features/providers/show-field"

const FORM = "add-provider"

interface AddSheetProps {
  /** The kind's name; empty while one is chosen. */
  kindName: string
  taken: readonly string[]
  onKind: (kind: string) => void
  /** Told of the provider that was added, to be tested at once. */
  onAdded: (provider: Provider) => void
  onClose: () => void
}

/** Adds a provider: first its kind, then what that kind has to be told. */
export function AddSheet({ kindName, taken, onKind, onAdded, onClose }: AddSheetProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const kinds = useQuery(kindsQuery())
  const kind = kinds.data?.find((one) => one.name === kindName)
  const [refused, setRefused] = useState<Refusal | null>(null)
  const add = useMutation({
    ...addProvider(),
    onSuccess: async (provider) => {
      await client.invalidateQueries({ queryKey: providersQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      onAdded(provider)
    },
    onError: (problem) => {
      const refusal = refusalOf(problem)
      setRefused(refusal)
      requestAnimationFrame(() => showField(FORM, refusal.field))
    },
  })
  const send = (form: HTMLFormElement, chosen: ProviderKind): void => {
    setRefused(null)
    add.mutate(bodyOf(chosen, new FormData(form)))
  }
  return (
    <Dialog
      key={kind ? "fields" : "kinds"}
      title={kind ? t`Add ${kind.label}` : t`Add a provider`}
      isOpen
      onClose={onClose}
      footer={
        kind ? (
          <>
            <Button onClick={() => onKind("")}>{t`Another kind`}</Button>
            <span className="flex-1" />
            <Button look="solid" type="submit" form={FORM} disabled={add.isPending}>
              {add.isPending ? t`Adding` : t`Add and test`}
            </Button>
          </>
        ) : (
          <FindServers onFound={onClose} />
        )
      }
    >
      {kind ? (
        <form
          id={FORM}
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault()
            send(event.currentTarget, kind)
          }}
        >
          {refused !== null && refused.field === null ? <Notice tone="danger">{refused.sentence}</Notice> : null}
          <ProviderFields kind={kind} name={freeName(kind.name, taken)} refused={refused} />
        </form>
      ) : (
        <QueryView query={kinds} loading={<SkeletonRows rows={6} label={t`Loading the kinds of providers`} />}>
          {(all) => <KindChoice kinds={all} onChoose={onKind} />}
        </QueryView>
      )}
    </Dialog>
  )
}
