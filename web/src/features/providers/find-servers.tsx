import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Button } from "@/components/ui/button"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { findProviders } from "@/features/providers/api/changes"

interface FindServersProps {
  onFound: () => void
}

/** Looks for model servers where Salon runs, and adds those that are new. */
export function FindServers({ onFound }: FindServersProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const find = useMutation({
    ...findProviders(),
    onSuccess: (servers) => {
      void client.invalidateQueries({ queryKey: providersQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      if (servers.some((server) => server.added)) onFound()
    },
  })
  return (
    <>
      <p role="status" className="min-w-0 flex-1 px-2 text-caption text-text-2">
        {find.isPending ? <Trans>Looking</Trans> : null}
        {find.error ? find.error.message : null}
        {find.data && find.data.length === 0 ? <Trans>No model server runs on Salon’s machine.</Trans> : null}
        {find.data && find.data.length > 0 ? (
          <Plural value={find.data.length} one="# server, already here" other="# servers, all here already" />
        ) : null}
      </p>
      <Button look="outline" disabled={find.isPending} onClick={() => find.mutate()}>
        {t`Find servers on this machine`}
      </Button>
    </>
  )
}
