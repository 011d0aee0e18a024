import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useNavigate, useSearch } from "@tanstack/react-router"
import { Activity, Boxes, Code, MessageSquareText, Waypoints } from "lucide-react"
import { useRef, useState } from "react"
import { Problem } from "@/api/problem"
import { signOut } from "@/api/sign-out"
import { Shell, type ShellControls } from "@/components/shell/shell"
import { VoiceBars } from "@/components/ui/bars"
import { Tabs } from "@/components/ui/tabs"
import { modelsQuery, providersQuery, requestsQuery, statusQuery } from "@/features/home/api/queries"
import { Banner } from "@/features/home/banner"
import { HeaderChips } from "@/features/home/header-chips"
import { ServerFacts } from "@/features/home/panel/server-facts"
import { talk } from "@/features/home/panel/talk-instance"
import { TryIt } from "@/features/home/panel/try-it"
import { Connect } from "@/features/home/sections/connect"
import { Models } from "@/features/home/sections/models"
import { Providers } from "@/features/home/sections/providers"
import { Requests } from "@/features/home/sections/requests"
import { Today } from "@/features/home/sections/today"
import { SidebarSpend } from "@/features/home/sidebar-spend"
import { SignIn } from "@/features/home/sign-in"
import type { Action } from "@/lib/shortcuts"
import { useMedia } from "@/lib/use-media"
import { useSectionInView } from "@/lib/use-section-in-view"
import { useShortcuts } from "@/lib/use-shortcuts"
import { assignVoices } from "@/lib/voices"

const SECTIONS = ["today", "providers", "connect", "models", "requests"] as const
const DEFAULT_MODEL = "demo"

/** The gateway's page: what runs, who answers, how to point a client here, and a model to hear. */
export function HomePage() {
  const { t } = useLingui()
  const search = useSearch({ from: "/" })
  const navigate = useNavigate({ from: "/" })
  const status = useQuery(statusQuery())
  const providers = useQuery(providersQuery())
  const models = useQuery(modelsQuery())
  const requests = useQuery(requestsQuery())
  // The next answer of the status says who looks now, here as in every other tab.
  const leave = useMutation({ ...signOut(), onSettled: () => void status.refetch() })
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const [panelChoice, setPanelChoice] = useState<boolean | null>(null)
  const [panelTab, setPanelTab] = useState<"try" | "server">("try")
  const scroller = useRef<HTMLElement>(null)
  const controls = useRef<ShellControls>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const section = useSectionInView(SECTIONS, () => scroller.current)

  const isPanelOpen = panelChoice ?? isPanelBeside
  const model = search.model ?? DEFAULT_MODEL
  const client = search.client ?? "openai"
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const chooseModel = (name: string): void =>
    void navigate({ search: (old) => ({ ...old, model: name }), replace: true, resetScroll: false })

  const openTry = (): void => {
    setPanelChoice(true)
    setPanelTab("try")
    requestAnimationFrame(() => field.current?.focus())
  }
  const jump = (id: string): void => {
    if (id === "try") return isPanelOpen && !isPanelBeside ? setPanelChoice(false) : openTry()
    if (!isPanelBeside) setPanelChoice(false)
    const target = document.getElementById(id)
    target?.scrollIntoView({ block: "start" })
    target?.focus({ preventScroll: true })
  }
  useShortcuts((action: Action) => {
    switch (action) {
      case "shortcuts":
        return controls.current?.openShortcuts()
      case "sidebar":
        return controls.current?.toggleSidebar()
      case "panel":
        return setPanelChoice(!isPanelOpen)
      case "next-pane":
        return controls.current?.nextPane()
      case "stop":
        if (!controls.current?.closeTop()) talk.stop()
        return undefined
      case "go-try":
        return openTry()
      default:
        return jump(action.replace("go-", ""))
    }
  })

  const problem = status.error instanceof Problem ? status.error : null
  if (problem?.kind === "signed-out") return <SignIn onRetry={() => void status.refetch()} />
  const panelTabs = [
    { id: "try", label: t`Try it` },
    { id: "server", label: t`Server` },
  ] as const

  return (
    <Shell
      title={t`Gateway`}
      serverName="Salon"
      isServerUp={problem === null}
      chips={<HeaderChips status={status.data} isUp={problem === null} />}
      banner={
        <Banner problem={problem} status={status.data} />
      }
      jumps={[
        { id: "today", label: t`Today` },
        {
          id: "providers",
          label: t`Providers`,
          aside: <VoiceBars voices={[...new Set(voices.values())]} />,
        },
        { id: "connect", label: t`Point a client here` },
        { id: "models", label: t`Models`, aside: <Count value={models.data?.length} /> },
        { id: "requests", label: t`Recent requests` },
      ]}
      bar={[
        { id: "today", label: t`Gateway`, Icon: Waypoints },
        { id: "connect", label: t`Connect`, Icon: Code },
        { id: "try", label: t`Try it`, Icon: MessageSquareText },
        { id: "models", label: t`Models`, Icon: Boxes },
        { id: "requests", label: t`Requests`, Icon: Activity },
      ]}
      currentJump={section}
      currentBar={isPanelOpen && !isPanelBeside ? "try" : section === "providers" ? "today" : section}
      onJump={jump}
      sidebarFooter={<SidebarSpend status={status.data} />}
      panelLabel={t`Side panel`}
      isPanelOpen={isPanelOpen}
      onPanel={setPanelChoice}
      onSignOut={status.data?.has_session ? () => leave.mutate() : null}
      scroller={scroller}
      controls={controls}
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
        <Today
          status={status.data}
          requests={requests.data}
          voices={voices}
          onShowRequest={jump}
        />
        <Providers query={providers} voices={voices} />
        <Connect
          client={client}
          onClient={(id) => void navigate({ search: (old) => ({ ...old, client: id }), replace: true, resetScroll: false })}
          models={models.data ?? []}
          model={model}
          onModel={chooseModel}
        />
        <Models query={models} voices={voices} chosen={model} onChoose={chooseModel} />
        <Requests query={requests} voices={voices} onTry={openTry} />
      </div>
    </Shell>
  )
}

interface CountProps {
  value: number | undefined
}

function Count({ value }: CountProps) {
  const { i18n } = useLingui()
  return value === undefined ? null : (
    <span className="tabular text-caption text-text-2">{new Intl.NumberFormat(i18n.locale).format(value)}</span>
  )
}
