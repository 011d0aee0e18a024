import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { Button } from "@/components/ui/button"
import { toast } from "@/components/ui/toast"
import { KeyForm } from "@/features/first-run/key-form"
import { LocalServers } from "@/features/first-run/local-servers"
import { endFirstRun } from "@/features/first-run/use-first-run"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { choose } from "@/features/models/picker/chosen"
import { dropEarlyBox } from "@/lib/early-box"

/** One screen before the first message: a server that runs here, a key, or the demo. */
export default function FirstRun() {
  const { t } = useLingui()
  useEffect(dropEarlyBox, [])
  const queries = useQueryClient()
  const ready = async (name: string, model: string | null): Promise<void> => {
    if (model !== null) choose((now) => ({ ...now, model }))
    toast({ text: t`${name} is ready.` })
    await queries.invalidateQueries({ queryKey: modelsQuery().queryKey })
    await queries.invalidateQueries({ queryKey: providersQuery().queryKey })
  }
  return (
    <section
      aria-label={t`Choose who answers`}
      className="mx-auto flex w-full max-w-(--composer) flex-col divide-y divide-border rounded-4 border border-border bg-raised"
    >
      <LocalServers onReady={ready} />
      <KeyForm onReady={ready} />
      <div className="flex flex-wrap items-center gap-3 p-4">
        <p className="min-w-48 flex-1 text-ui text-text-2">{t`Neither at hand? The demo answers offline and costs nothing.`}</p>
        <Button
          look="outline"
          onClick={() => {
            choose((now) => ({ ...now, model: "demo" }))
            endFirstRun()
          }}
        >{t`Open the demo`}</Button>
      </div>
    </section>
  )
}
