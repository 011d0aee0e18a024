import { t } from "@lingui/core/macro"
import { ConversationList } from "@/features/conversations/list/conversation-list"
import { Announcer } from "@/features/conversations/list/announce/announcer"
import { DialogHost } from "@/features/conversations/list/dialog-host"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { registerFeature, type SidebarPart } from "@/registry"

export const conversationsSidebar: SidebarPart = { id: "conversations", order: 10, component: ConversationList }

registerFeature({
  id: "conversation-list",
  sidebar: [conversationsSidebar],
  hosts: [
    { id: "conversation-dialogs", component: DialogHost },
    { id: "announcer", component: Announcer },
  ],
  actions: [
    { id: "new-folder", title: () => t`New folder`, run: () => openDialog({ kind: "folder", parentId: null, folder: null }) },
    { id: "templates", title: () => t`Start from a template`, run: () => openDialog({ kind: "templates" }) },
  ],
})
