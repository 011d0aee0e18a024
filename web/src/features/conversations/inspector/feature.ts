import { t } from "@lingui/core/macro"
import { Share2 } from "lucide-react"
import { lazy } from "@/lib/lazy"
import { registerFeature } from "@/registry"

registerFeature({
  id: "conversation-inspector",
  panels: [
    {
      id: "branches",
      title: () => t`Branches`,
      order: 20,
      component: lazy(() => import("@/features/conversations/inspector/branches-panel").then((m) => ({ default: m.BranchesPanel }))),
    },
    {
      id: "context",
      title: () => t`Context`,
      order: 30,
      component: lazy(() => import("@/features/conversations/inspector/context-panel").then((m) => ({ default: m.ContextPanel }))),
    },
    {
      id: "sources",
      title: () => t`Sources`,
      order: 40,
      component: lazy(() => import("@/features/conversations/inspector/sources-panel").then((m) => ({ default: m.SourcesPanel }))),
    },
    {
      id: "trace",
      title: () => t`Trace`,
      order: 50,
      component: lazy(() => import("@/features/conversations/inspector/trace-panel").then((m) => ({ default: m.TracePanel }))),
    },
  ],
  settings: [
    {
      id: "shares",
      title: () => t`Shared links`,
      group: "work",
      icon: Share2,
      keywords: () => t`share link QR revoke public`,
      order: 60,
      component: lazy(() => import("@/features/conversations/share/shares-page").then((m) => ({ default: m.SharesPage }))),
    },
  ],
})
