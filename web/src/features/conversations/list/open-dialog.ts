import { createSignal } from "@/live/signal"

/** Which dialog about conversations is open. Kept outside React, for the palette and menus open them, too. */
export type OpenDialog =
  | { readonly kind: "move"; readonly ids: readonly string[] }
  | { readonly kind: "tags"; readonly ids: readonly string[]; readonly tags: readonly string[] }
  | { readonly kind: "folder"; readonly parentId: string | null; readonly folder: { id: string; name: string } | null
      /** What is put into it once it is made. */
      readonly ids?: readonly string[] }
  | { readonly kind: "move-folder"; readonly folder: { id: string; name: string } }
  | { readonly kind: "templates" }
  | { readonly kind: "save-template"; readonly id: string; readonly title: string }
  | { readonly kind: "import" }
  /** No ids: everything. */
  | { readonly kind: "export"; readonly ids: readonly string[] | null }

let open: OpenDialog | null = null
const news = createSignal()

export function openDialog(next: OpenDialog | null): void {
  open = next
  news.tell()
}

export const openedDialog = (): OpenDialog | null => open
export const onDialog = news.on
