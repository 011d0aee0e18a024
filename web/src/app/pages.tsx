import { Suspense } from "react"
import { Boundary } from "@/app/boundary"
import { NotFound } from "@/app/not-found"
import { RegisteredPage } from "@/app/registered-page"
import { lazy } from "@/lib/lazy"
import { type LazyPage, lazyPage } from "@/lib/lazy-page"
import { matchPath, type Pattern, usePlace } from "@/router"

const SettingsDialog = lazy(() => import("@/features/settings/settings-dialog").then((module) => ({ default: module.SettingsDialog })))
const SettingsPageView = lazyPage(() => import("@/features/settings/settings-page-view"), "SettingsPageView")

/** The pages of the settings that have addresses of their own, for what theirs restore. */
const SETTINGS: Partial<Record<Pattern, LazyPage>> = {
  "/settings": lazyPage(() => import("@/features/settings/settings-start"), "SettingsStart"),
  "/settings/gateway": lazyPage(() => import("@/features/home/home-page"), "HomePage"),
  "/settings/requests": lazyPage(() => import("@/features/requests/requests-page"), "RequestsPage"),
  "/settings/models": lazyPage(() => import("@/features/models/models-page"), "ModelsPage"),
  "/settings/providers": lazyPage(() => import("@/features/providers/providers-page"), "ProvidersPage"),
  "/settings/routes": lazyPage(() => import("@/features/routes/routes-page"), "RoutesPage"),
  "/settings/batches": lazyPage(() => import("@/features/batches/batches-page"), "BatchesPage"),
  "/settings/files": lazyPage(() => import("@/features/files/files-page"), "FilesPage"),
  "/settings/payloads": lazyPage(() => import("@/features/payloads/payloads-page"), "PayloadsPage"),
}

/** Every pattern; the first that fits counts. */
const PATTERNS = [
  "/",
  "/c/$id",
  "/search",
  "/usage",
  "/settings",
  "/settings/gateway",
  "/settings/requests",
  "/settings/models",
  "/settings/providers",
  "/settings/routes",
  "/settings/batches",
  "/settings/files",
  "/settings/payloads",
  "/settings/$page",
] as const satisfies readonly Pattern[]

/** What stands at the address, whatever it is; what breaks in it leaves the frame around it whole. */
export function Pages() {
  const { path } = usePlace()
  return (
    <Boundary at={path}>
      <Suspense>
        <PageAt path={path} />
      </Suspense>
    </Boundary>
  )
}

interface PageAtProps {
  path: string
}

function PageAt({ path }: PageAtProps) {
  const found = matchPath(PATTERNS, path)
  if (found === null) return <NotFound />
  switch (found.pattern) {
    case "/":
    case "/search":
    case "/usage":
    case "/c/$id":
      return <RegisteredPage path={found.pattern} />
    default: {
      const Page = SETTINGS[found.pattern] ?? SettingsPageView
      // Beside the dialog around it, and not after it.
      Page.preload()
      return (
        <SettingsDialog>
          <Page />
        </SettingsDialog>
      )
    }
  }
}
