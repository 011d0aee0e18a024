import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router"
import { Broken } from "@/app/broken"
import { Frame } from "@/app/frame"
import { BesidePages } from "@/app/beside-pages"
import { NotFound } from "@/app/not-found"
import { RegisteredPage } from "@/app/registered-page"
import { wishIn } from "@/features/conversations/search/wish"
import { oneOf } from "@/lib/preferences"
import { CLIENTS, type ClientId } from "@/lib/snippets"

/** What a link to the page restores. */
interface GatewaySearch {
  client?: ClientId
  model?: string
  /** The request whose facts are shown. */
  request?: string
}

interface ConversationSearch {
  /** The branch that is shown. */
  branch?: string
  /** The message that is scrolled to. */
  message?: string
}

interface ModelsSearch {
  /** The model whose facts are shown. */
  name?: string
  only?: "unpriced"
}

interface NamedSearch {
  /** What is shown. */
  id?: string
}

interface ProvidersSearch {
  /** The provider whose facts are shown. */
  name?: string
  /** The kind that is being added; empty while it is being chosen. */
  add?: string
}

interface RoutesSearch {
  /** The model whose way is explained. */
  model?: string
  /** The alias that is changed; empty while one is made. */
  edit?: string
}

interface PayloadsSearch {
  /** The payload that is shown. */
  id?: string
  search?: string
}

/** The pages that had addresses of their own before the settings had them. */
const MOVED = ["requests", "models", "providers", "routes", "batches", "files", "payloads"] as const

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  errorComponent: Broken,
  beforeLoad: ({ location: { pathname, search, hash } }) => {
    const name = oneOf(MOVED, pathname.replaceAll("/", ""))
    if (name) throw redirect({ to: `/settings/${name}`, search, hash, replace: true })
  },
})

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: () => <RegisteredPage path="/" />,
  validateSearch: (raw: Record<string, unknown>): GatewaySearch => gatewaySearch(raw),
  // The gateway stood here; links to one of its requests or clients are kept.
  beforeLoad: ({ search, location: { hash } }) => {
    if (search.request || search.client) throw redirect({ to: "/settings/gateway", search, hash, replace: true })
  },
})

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/settings-dialog"), "SettingsDialog"),
})

const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/settings/settings-start"), "SettingsStart"),
})

const settingsPage = createRoute({
  getParentRoute: () => settings,
  path: "$page",
  component: lazyRouteComponent(() => import("@/features/settings/settings-page-view"), "SettingsPageView"),
})

const gateway = createRoute({
  getParentRoute: () => settings,
  path: "gateway",
  component: lazyRouteComponent(() => import("@/features/home/home-page"), "HomePage"),
  validateSearch: (raw: Record<string, unknown>): GatewaySearch => gatewaySearch(raw),
})

const conversation = createRoute({
  getParentRoute: () => root,
  path: "/c/$id",
  component: () => <RegisteredPage path="/c/$id" />,
  validateSearch: (raw: Record<string, unknown>): ConversationSearch => texts(raw, ["branch", "message"]),
})

const search = createRoute({
  getParentRoute: () => root,
  path: "/search",
  component: () => <RegisteredPage path="/search" />,
  validateSearch: wishIn,
})

const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  component: () => <RegisteredPage path="/usage" />,
})

const requests = createRoute({
  getParentRoute: () => settings,
  path: "requests",
  component: lazyRouteComponent(() => import("@/features/requests/requests-page"), "RequestsPage"),
  validateSearch: (raw: Record<string, unknown>): NamedSearch => texts(raw, ["id"]),
})

const models = createRoute({
  getParentRoute: () => settings,
  path: "models",
  component: lazyRouteComponent(() => import("@/features/models/models-page"), "ModelsPage"),
  validateSearch: (raw: Record<string, unknown>): ModelsSearch => ({
    ...texts(raw, ["name"]),
    ...(raw["only"] === "unpriced" ? { only: "unpriced" } : {}),
  }),
})

const batches = createRoute({
  getParentRoute: () => settings,
  path: "batches",
  component: lazyRouteComponent(() => import("@/features/batches/batches-page"), "BatchesPage"),
  validateSearch: (raw: Record<string, unknown>): NamedSearch => texts(raw, ["id"]),
})

const files = createRoute({
  getParentRoute: () => settings,
  path: "files",
  component: lazyRouteComponent(() => import("@/features/files/files-page"), "FilesPage"),
  validateSearch: (raw: Record<string, unknown>): NamedSearch => texts(raw, ["id"]),
})

const providers = createRoute({
  getParentRoute: () => settings,
  path: "providers",
  component: lazyRouteComponent(() => import("@/features/providers/providers-page"), "ProvidersPage"),
  validateSearch: (raw: Record<string, unknown>): ProvidersSearch => ({
    ...texts(raw, ["name", "add"]),
    ...(raw["add"] === "" ? { add: "" } : {}),
  }),
})

const routes = createRoute({
  getParentRoute: () => settings,
  path: "routes",
  component: lazyRouteComponent(() => import("@/features/routes/routes-page"), "RoutesPage"),
  validateSearch: (raw: Record<string, unknown>): RoutesSearch => ({
    ...texts(raw, ["model", "edit"]),
    ...(raw["edit"] === "" ? { edit: "" } : {}),
  }),
})

const payloads = createRoute({
  getParentRoute: () => settings,
  path: "payloads",
  component: lazyRouteComponent(() => import("@/features/payloads/payloads-page"), "PayloadsPage"),
  validateSearch: (raw: Record<string, unknown>): PayloadsSearch => texts(raw, ["id", "search"]),
})

/** The routes of the app, under whatever path the document's base names. */
export function createAppRouter() {
  return createRouter({
    routeTree: root.addChildren([
      start,
      conversation,
      search,
      usage,
      settings.addChildren([
        settingsStart,
        gateway,
        requests,
        models,
        providers,
        routes,
        batches,
        files,
        payloads,
        settingsPage,
      ]),
    ]),
    basepath: new URL(document.baseURI).pathname,
    defaultErrorComponent: Broken,
    InnerWrap: BesidePages,
    scrollRestoration: false,
  })
}

function gatewaySearch(raw: Record<string, unknown>): GatewaySearch {
  const client = oneOf(CLIENTS, raw["client"])
  return { ...(client ? { client } : {}), ...texts(raw, ["model", "request"]) }
}

/** The named parameters that are texts with something in them. */
function texts<Name extends string>(raw: Record<string, unknown>, names: readonly Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = raw[name]
    if (typeof value === "string" && value !== "") found[name] = value
    // An id of digits alone is read as a number.
    else if (typeof value === "number") found[name] = String(value)
  }
  return found
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
