import { Plural, useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { RefreshCw } from "lucide-react"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import { Button } from "@/components/ui/button"
import { kindsQuery } from "@/features/providers/api/kinds"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { canTalk } from "@/features/models/picker/options"

interface LocalServersProps {
  onReady: (name: string, model: string | null) => Promise<void>
}

const detect = async (add: boolean) =>
  (await take(api.POST("/salon/v1/providers/detect", { body: { add } }))).items

/** The model servers that run where Salon does, looked for as the page opens. */
export function LocalServers({ onReady }: LocalServersProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const kinds = useQuery(kindsQuery()).data
  const found = useQuery({ queryKey: ["local-servers"], queryFn: () => detect(false), refetchOnWindowFocus: true })
  const labelOf = (kind: string): string => kinds?.find(({ name }) => name === kind)?.label ?? kind
  const add = useMutation({
    mutationFn: async (url: string) => {
      const server = (await detect(true)).find((one) => one.base_url === url)
      const models = await queries.fetchQuery({ ...modelsQuery(), staleTime: 0 })
      // Last, for this place is gone once they are known. All new servers are among them, not only what was pressed.
      const providers = await queries.fetchQuery({ ...providersQuery(), staleTime: 0 })
      const own = providers.find((one) => one.base_url === url)?.name
      const model = models.find((one) => one.provider === own && canTalk(one))?.id ?? null
      await onReady(labelOf(server?.kind ?? ""), model)
    },
  })
  const servers = found.data ?? []
  const problem = add.error ?? found.error
  return (
    <div className="flex flex-col gap-2 p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-ui font-semibold">{t`On this machine`}</h2>
        <Button size="small" disabled={found.isFetching} onClick={() => void found.refetch()}>
          <RefreshCw aria-hidden="true" className="size-3.5" />
          {t`Look again`}
        </Button>
      </div>
      <div role="status" className="text-ui text-text-2">
        {found.isPending ? t`Looking for Ollama, LM Studio, llama.cpp and vLLM` : null}
        {found.data?.length === 0 ? t`No model server runs here. Start Ollama or LM Studio, and it shows up.` : null}
      </div>
      {servers.length === 0 ? null : (
        <ul className="flex flex-col gap-2">
          {servers.map((server) => (
            <li key={server.base_url} className="flex items-center gap-3">
              <span className="flex min-w-0 flex-1 flex-col">
                <span className="text-ui font-medium">{labelOf(server.kind)}</span>
                <span className="truncate text-caption text-text-2">
                  <Plural value={server.models} one="# model" other="# models" /> · <bdi>{server.base_url}</bdi>
                </span>
              </span>
              <Button look="solid" disabled={add.isPending} onClick={() => add.mutate(server.base_url)}>
                {t`Use it`}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {problem === null ? null : (
        <p role="alert" dir="auto" className="text-ui text-danger wrap-anywhere">
          {problem.message}
        </p>
      )}
    </div>
  )
}
