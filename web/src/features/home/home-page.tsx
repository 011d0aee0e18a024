import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Suspense, useEffect, useEffectEvent, useRef, useState } from "react"
import { Tabs } from "@/components/ui/tabs"
import { ServerFacts } from "@/features/home/panel/server-facts"
import { talk } from "@/features/home/panel/talk-instance"
import { TryIt } from "@/features/home/panel/try-it"
import { Connect } from "@/features/home/sections/connect"
import { Models } from "@/features/home/sections/models"
import { Providers } from "@/features/home/sections/providers"
import { Requests } from "@/features/home/sections/requests"
import { Today } from "@/features/home/sections/today"
import { modelsQuery, providersQuery, requestsQuery, statusQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { lazy } from "@/lib/lazy"
import { oneOf } from "@/lib/preferences"
import { CLIENTS } from "@/lib/snippets"
import { useMedia } from "@/lib/use-media"
import { assignVoices } from "@/lib/voices"
import { useAction } from "@/registry"
import { type GatewaySearch, navigate, type RawSearch, texts, usePlace, useSearch } from "@/router"

const DEFAULT_MODEL = "demo"

const RequestSheet = lazy(() =>
  import("@/features/requests/request-sheet").then((module) => ({ default: module.RequestSheet })),
)

const readTexts = texts("model", "request")

/** The gateway's page: what runs, who answers, how to point a client here, and a model to hear. */
export function HomePage() {
  const { t } = useLingui()
  const { request: shownRequest, ...search } = useSearch(readSearch)
  const { hash } = usePlace()
  const status = useQuery(statusQuery())
  const providers = useQuery(providersQuery())
  const models = useQuery(modelsQuery())
  const requests = useQuery(requestsQuery())
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const [panelChoice, setPanelChoice] = useState<boolean | null>(null)
  const [panelTab, setPanelTab] = useState<"try" | "server">("try")
  const scroller = useRef<HTMLElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)

  const isPanelOpen = panelChoice ?? isPanelBeside
  const model = search.model ?? DEFAULT_MODEL
  const client = search.client ?? "openai"
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const chooseModel = (name: string): void =>
    go({ ...search, model: name }, true)
  const chooseRequest = (id: string | undefined): void =>
    go(id ? { ...search, request: id } : search)

  const openTry = (): void => {
    setPanelChoice(true)
    setPanelTab("try")
    requestAnimationFrame(() => field.current?.focus())
  }
  const jump = (id: string): void => {
    if (!isPanelBeside) setPanelChoice(false)
    const target = document.getElementById(id)
    target?.scrollIntoView({ block: "start" })
    target?.focus({ preventScroll: true })
  }
  const arrive = useEffectEvent((part: string) => (part === "try" ? openTry() : jump(part)))
  // A key pressed on another page leads to a part of this one, once that is drawn.
  useEffect(() => {
    if (hash === "") return undefined
    const frame = requestAnimationFrame(() => arrive(hash))
    return () => cancelAnimationFrame(frame)
  }, [hash])
  useAction({
    id: "stop",
    title: () => t`Stop the answer`,
    keys: ["Escape"],
    when: () => talk.turns().at(-1)?.state === "writing",
    run: () => talk.stop(),
  })

  const panelTabs = [
    { id: "try", label: t`Try it` },
    { id: "server", label: t`Server` },
  ] as const

  return (
    <HouseFrame
      place="gateway"
      panelLabel={t`Side panel`}
      isPanelOpen={isPanelOpen}
      onPanel={setPanelChoice}
      scroller={scroller}
      isPanelOfOne={false}
      panel={
        <Tabs label={t`Side panel`} tabs={panelTabs} chosen={panelTab} onChoose={setPanelTab} isTall>
          {panelTab === "try" ? (
            <TryIt
              field={field}
              models={models.data ?? []}
              model={model}
              onModel={chooseModel}
              voices={voices}
              requests={requests.data ?? []}
            />
          ) : (
            <ServerFacts status={status.data} />
          )}
        </Tabs>
      }
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-12 px-4 py-6 sm:px-6">
        <Today status={status.data} requests={requests.data} voices={voices} onShowRequest={jump} />
        <Providers query={providers} voices={voices} />
        <Connect
          client={client}
          onClient={(id) => go({ ...search, client: id }, true)}
          models={models.data ?? []}
          model={model}
          onModel={chooseModel}
        />
        <Models query={models} voices={voices} chosen={model} onChoose={chooseModel} />
        <Requests query={requests} voices={voices} onTry={openTry} onShow={chooseRequest} />
      </div>
      {shownRequest ? (
        <Suspense>
          <RequestSheet requestId={shownRequest} voices={voices} onClose={() => chooseRequest(undefined)} />
        </Suspense>
      ) : null}
    </HouseFrame>
  )
}

function readSearch(raw: RawSearch): GatewaySearch {
  const client = oneOf(CLIENTS, raw["client"])
  return { ...readTexts(raw), ...(client ? { client } : {}) }
}

function go(search: GatewaySearch, replace = false): void {
  navigate({ to: "/settings/gateway", search, replace })
}
