import { t } from "@lingui/core/macro"
import { MessageCircle } from "lucide-react"
import { ConversationPage } from "@/features/conversations/page/conversation-page"
import { registerFeature } from "@/registry"

registerFeature({
  id: "conversations",
  places: [{ id: "conversations", path: "/", title: () => t`Conversations`, icon: MessageCircle, key: "c", order: 10 }],
  pages: [{ path: "/c/$id", component: ConversationPage }],
})
