import { t } from "@lingui/core/macro"
import { Search } from "lucide-react"
import { lazy } from "@/lib/lazy"
import { registerFeature } from "@/registry"

registerFeature({
  id: "search",
  places: [{ id: "search", path: "/search", title: () => t`Search`, icon: Search, key: "s", order: 20 }],
  pages: [{ path: "/search", component: lazy(() => import("@/features/conversations/search/search-page").then((module) => ({ default: module.SearchPage }))) }],
})
