import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router"
import { Broken } from "@/app/broken"
import { NotFound } from "@/app/not-found"
import { HomePage } from "@/features/home/home-page"
import { oneOf } from "@/lib/preferences"
import { CLIENTS, type ClientId } from "@/lib/snippets"

/** What a link to the page restores. */
interface HomeSearch {
  client?: ClientId
  model?: string
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken })

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: HomePage,
  validateSearch: (raw: Record<string, unknown>): HomeSearch => {
    const client = oneOf(CLIENTS, raw["client"])
    const model = raw["model"]
    return { ...(client ? { client } : {}), ...(typeof model === "string" && model ? { model } : {}) }
  },
})

/** The routes of the app, under whatever path the document's base names. */
export function createAppRouter() {
  return createRouter({
    routeTree: root.addChildren([home]),
    basepath: new URL(document.baseURI).pathname,
    scrollRestoration: false,
  })
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
