import { t } from "@lingui/core/macro"
import { BookMarked } from "lucide-react"
import { lazy } from "@/lib/lazy"
import { registerFeature } from "@/registry"

registerFeature({
  id: "prompts",
  settings: [
    {
      id: "prompts",
      title: () => t`Prompts`,
      group: "work",
      icon: BookMarked,
      keywords: () => t`saved texts templates variables versions`,
      order: 10,
      component: lazy(() => import("@/features/conversations/composer/prompts/prompts-page")),
    },
  ],
})
