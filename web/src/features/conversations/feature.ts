import { t } from "@lingui/core/macro"
import { MessageCircle } from "lucide-react"
import { registerFeature } from "@/registry"

registerFeature({
  id: "conversations",
  places: [{ id: "conversations", path: "/", title: () => t`Conversations`, icon: MessageCircle, key: "c", order: 10 }],
})
