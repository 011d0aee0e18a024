import { t } from "@lingui/core/macro"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { lazy } from "@/lib/lazy"
import { registerFeature } from "@/registry"

registerFeature({
  id: "exchange",
  data: [
    {
      id: "import",
      title: () => t`Import`,
      order: 10,
      component: lazy(() => import("@/features/conversations/exchange/import-panel").then((module) => ({ default: module.ImportPanel }))),
    },
  ],
  actions: [
    { id: "import", title: () => t`Import conversations`, keywords: () => t`ChatGPT Claude Open WebUI`, run: () => openDialog({ kind: "import" }) },
    { id: "export-all", title: () => t`Export everything`, keywords: () => t`save backup JSON Markdown HTML`, run: () => openDialog({ kind: "export", ids: null }) },
  ],
})
