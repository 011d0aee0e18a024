import { t } from "@lingui/core/macro"
import { done, doneWithUndo } from "@/features/conversations/list/act"
import { setView } from "@/features/conversations/list/use-view"
import { ALL } from "@/features/conversations/list/view"

/** Changes of folders and tags. */

const BASE = "/salon/v1"

export function makeFolder(name: string, parentId: string | null): Promise<unknown> {
  const body = { name, parent_id: parentId }
  return done({ method: "POST", path: `${BASE}/folders`, body, kind: "make-folder", about: "" })
}

export function changeFolder(id: string, change: { name: string } | { parent_id: string | null }): Promise<unknown> {
  return done({ method: "PATCH", path: `${BASE}/folders/${encodeURIComponent(id)}`, body: change, kind: "change-folder", about: id })
}

/** What is in it moves to the folder above; “Undo” brings it back with all of that. */
export function removeFolder({ id, name }: { id: string; name: string }): void {
  setView(ALL)
  const act = { method: "DELETE" as const, path: `${BASE}/folders/${encodeURIComponent(id)}`, kind: "remove-folder", about: id }
  doneWithUndo(act, t`Folder ${name} deleted. What was in it moved up.`)
}
