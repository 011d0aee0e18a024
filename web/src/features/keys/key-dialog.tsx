import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { type FormEvent, useId } from "react"
import type { ApiKey } from "@/api/types"
import { Button } from "@/components/ui/button"
import { CopyButton } from "@/components/ui/copy-button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { TextField } from "@/components/ui/text-field"
import { changeKey, keysQuery, makeKey } from "@/features/keys/api/keys"
import { KeyFields } from "@/features/keys/key-fields"
import { limitsFrom } from "@/features/keys/key-limits"

interface KeyDialogProps {
  /** The key to change; none makes one. */
  apiKey: ApiKey | null
  onClose: () => void
}

/** Makes a key, whose secret is shown this once, or changes one. */
export function KeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const { t } = useLingui()
  const formId = useId()
  const queries = useQueryClient()
  const onSuccess = (): Promise<void> => queries.invalidateQueries(keysQuery())
  const make = useMutation({ ...makeKey(), onSuccess })
  const change = useMutation({ ...changeKey(apiKey?.id ?? ""), onSuccess: () => onSuccess().then(onClose) })
  const problem = make.error ?? change.error
  const secret = make.data?.secret
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const body = { name: String(form.get("name")), limits: limitsFrom(form) }
    if (apiKey) change.mutate(body)
    else make.mutate(body)
  }
  const title = apiKey ? t`Change ${apiKey.name}` : t`Make an API key`
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      footer={
        secret === undefined ? (
          <Button look="solid" type="submit" form={formId} disabled={make.isPending || change.isPending}>
            {apiKey ? t`Save` : t`Make the key`}
          </Button>
        ) : (
          <Button look="solid" onClick={onClose}>
            {t`I have stored it`}
          </Button>
        )
      }
    >
      {secret === undefined ? (
        <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
          {problem ? <Notice tone="danger">{problem.message}</Notice> : null}
          <TextField name="name" label={t`Name`} initial={apiKey?.name} isRequired isFirst />
          <KeyFields limits={apiKey?.limits ?? null} />
        </form>
      ) : (
        <div className="flex flex-col gap-3">
          <p className="text-ui">{t`This is the only time the key is shown. Store it where your program finds it.`}</p>
          <div className="flex items-center gap-2 rounded-2 bg-sunken px-3 py-2">
            <code dir="ltr" className="min-w-0 flex-1 text-ui wrap-anywhere">
              {secret}
            </code>
            <CopyButton text={secret} label={t`Copy the key`} isIconOnly />
          </div>
        </div>
      )}
    </Dialog>
  )
}
