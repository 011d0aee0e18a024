import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { LayoutTemplate, Trash2 } from "lucide-react"
import { Dialog } from "@/components/ui/dialog"
import { IconButton } from "@/components/ui/icon-button"
import { Notice } from "@/components/ui/notice"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { toast } from "@/components/ui/toast"
import { beginFrom, removeTemplate, saveTemplate, type Template, templatesQuery } from "@/features/conversations/list/api/templates"
import { moveWithArrows } from "@/lib/roving"
import { navigate } from "@/router"

/** Templates to begin a conversation from. */
export function TemplatesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const query = useQuery(templatesQuery())
  const freshen = () => queries.invalidateQueries(templatesQuery())
  const begin = useMutation({
    mutationFn: (template: Template) => beginFrom(template.id, template.name),
    onSuccess: async (id) => {
      onClose()
      navigate({ to: "/c/$id", params: { id } })
    },
  })
  const remove = useMutation({
    mutationFn: ({ id }: Template) => removeTemplate(id),
    onSuccess: async (_, { name, settings, messages }) => {
      const said = messages.map(({ role, content }) => ({ role, parts: partsIn(content) }))
      toast({ text: t`Template ${name} deleted`, undo: () => void saveTemplate({ name, settings, messages: said }).then(freshen) })
      await freshen()
    },
  })
  const problem = begin.error ?? remove.error
  return (
    <Dialog title={t`Start from a template`} isOpen onClose={onClose}>
      {problem ? <Notice tone="danger">{problem.message}</Notice> : null}
      <QueryView query={query} loading={<SkeletonRows rows={3} label={t`Loading the templates`} />}>
        {(templates) =>
          templates.length === 0 ? (
            <p className="text-ui text-text-2">{t`There is no template yet. Make one from a conversation: “Save as a template” in its menu.`}</p>
          ) : (
            <ul aria-label={t`Templates`} className="flex flex-col gap-0.5">
              {templates.map((template, place) => (
                <li key={template.id} className="flex items-center gap-1">
                  <button
                    type="button"
                    data-roving
                    data-first-focus={place === 0 ? true : undefined}
                    tabIndex={place === 0 ? 0 : -1}
                    onKeyDown={moveWithArrows}
                    disabled={begin.isPending}
                    onClick={() => begin.mutate(template)}
                    className="quick flex min-h-(--row) min-w-0 flex-1 items-center gap-2 rounded-2 px-2 text-start text-ui hover:bg-hover"
                  >
                    <LayoutTemplate aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
                    <span dir="auto" className="min-w-0 flex-1 truncate text-start">
                      {template.name}
                    </span>
                  </button>
                  <IconButton label={t`Delete the template ${template.name}`} onClick={() => remove.mutate(template)}>
                    <Trash2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
                  </IconButton>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Dialog>
  )
}

function partsIn(content: Record<string, unknown>): Record<string, unknown>[] {
  const parts = content["parts"]
  return Array.isArray(parts) ? parts : []
}
