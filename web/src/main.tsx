import "@/styles/app.css"
import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { Problem } from "@/api/problem"
import { createAppRouter } from "@/app/router"
import "@/app/features"
import { leaveWithOthers } from "@/features/house/session"
import { startLocale } from "@/i18n/i18n"
import { applyPreferences, watchPreferences } from "@/lib/preferences"

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
  await startLocale()
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={createAppRouter()} />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  )
}

const root = document.getElementById("root")
if (root) void start(root)
