import "@/styles/app.css"
import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { Problem } from "@/api/problem"
import { BesidePages } from "@/app/beside-pages"
import { Boundary } from "@/app/boundary"
import "@/app/features"
import { Frame } from "@/app/frame"
import { redirectOf } from "@/app/redirects"
import { askFirstRun } from "@/features/first-run/use-first-run"
import { leaveWithOthers } from "@/features/house/session"
import { startLocale } from "@/i18n/i18n"
import { applyPreferences, watchPreferences } from "@/lib/preferences"
import { currentPlace, Router } from "@/router"

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The page asks again every few seconds anyway; a refusal does not change by asking at once.
      retry: (count, problem) => count < 1 && !(problem instanceof Problem),
      networkMode: "always",
      refetchOnWindowFocus: true,
      staleTime: 1_000,
    },
    mutations: { retry: false, networkMode: "always" },
  },
})

async function start(root: HTMLElement): Promise<void> {
  applyPreferences()
  watchPreferences()
  leaveWithOthers(queries)
  if (currentPlace().path === "/") askFirstRun(queries)
  await startLocale()
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queries}>
          <Boundary>
            <Router redirect={redirectOf}>
              <BesidePages>
                <Frame />
              </BesidePages>
            </Router>
          </Boundary>
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  )
}

const root = document.getElementById("root")
if (root) void start(root)
