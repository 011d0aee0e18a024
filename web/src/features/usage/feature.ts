import { t } from "@lingui/core/macro"
import { ChartColumn } from "lucide-react"
import { lazy } from "@/lib/lazy"
import { registerFeature } from "@/registry"

registerFeature({
  id: "usage",
  places: [{ id: "usage", path: "/usage", title: () => t`Usage`, icon: ChartColumn, key: "u", order: 60 }],
  pages: [{ path: "/usage", component: lazy(() => import("@/features/usage/usage-page").then((module) => ({ default: module.UsagePage }))) }],
})
