import type { ListFilter } from "@/features/conversations/api/conversations"

/** Which conversations the sidebar shows. */
export type View =
  | { readonly kind: "all" | "unread" | "archived" }
  | { readonly kind: "folder"; readonly id: string; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }

export const ALL: View = { kind: "all" }

export function filterOf(view: View): ListFilter {
  switch (view.kind) {
    case "all":
      return {}
    case "unread":
      return { is_unread: true }
    case "archived":
      return { state: "archived" }
    case "folder":
      return { folder: view.id }
    case "tag":
      return { tag: view.name }
  }
}
