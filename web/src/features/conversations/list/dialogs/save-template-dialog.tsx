import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useId } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { TextField } from "@/components/ui/text-field"
import { toast } from "@/components/ui/toast"
import { saveTemplate, templateOf, templatesQuery } from "@/features/conversations/list/api/templates"

interface SaveTemplateDialogProps {
  id: string
  title: string
  onClose: () => void
}

/** Keeps a conversation's settings, and what was said if wanted, for conversations to come. */
export function SaveTemplateDialog({ id, title, onClose }: SaveTemplateDialogProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const form = useId()
  const found = useQuery({ queryKey: ["conversation", id, "as-template"], queryFn: () => templateOf(id) })
  const save = useMutation({
    mutationFn: saveTemplate,
    onSuccess: async ({ name }) => {
      toast({ text: t`Template ${name} saved` })
      onClose()
      await queries.invalidateQueries(templatesQuery())
    },
  })
  const problem = found.error ?? save.error
  const messages = found.data?.messages ?? null
  return (
    <Dialog
      title={t`Save as a template`}
      isOpen
      onClose={onClose}
      footer={
        <Button look="solid" type="submit" form={form} disabled={found.data === undefined || save.isPending}>
          {t`Save the template`}
        </Button>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        action={(data) => {
          if (found.data === undefined) return
          const isWhole = data.get("messages") !== null
          save.mutate({
            name: String(data.get("name") ?? "").trim(),
            settings: found.data.settings,
            messages: isWhole ? (messages ?? []) : [],
          })
        }}
      >
        {problem ? <Notice tone="danger">{problem.message}</Notice> : null}
        <TextField name="name" label={t`Name`} initial={title.slice(0, 100)} isRequired isFirst />
        <label className="flex min-h-(--control) items-center gap-2 text-ui">
          <input type="checkbox" name="messages" disabled={messages === null} className="size-4 accent-accent-solid" />
          {t`Also what was said on its first branch`}
        </label>
        <p className="text-caption text-text-2">{t`The model and the other settings of the conversation are kept. Conversations made from it do not change with it.`}</p>
      </form>
    </Dialog>
  )
}
