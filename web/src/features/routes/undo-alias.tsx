import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Alias } from "@/api/types"
import { UndoNote } from "@/components/ui/undo-note"
import { modelsQuery } from "@/features/house/api/queries"
import { bodyOfAlias } from "@/features/routes/alias-form"
import { putAlias } from "@/features/routes/api/changes"
import { aliasesQuery } from "@/features/routes/api/queries"

interface UndoAliasProps {
  alias: Alias
  onOver: () => void
}

/** Says that an alias was removed, and brings it back whole. */
export function UndoAlias({ alias, onOver }: UndoAliasProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const undo = useMutation({
    ...putAlias(),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: aliasesQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      onOver()
    },
  })
  return (
    <UndoNote
      sentence={t`The alias ${alias.name} is removed.`}
      problem={undo.error}
      isPending={undo.isPending}
      onUndo={() => undo.mutate({ name: alias.name, body: bodyOfAlias(alias) })}
      onOver={onOver}
    />
  )
}
