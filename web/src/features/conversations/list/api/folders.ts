import { done } from "@/features/conversations/list/act"

/** Changes of folders and tags. */

const BASE = "/salon/v1"

export function makeFolder(name: string, parentId: string | null): Promise<unknown> {
  const body = { name, parent_id: parentId }
  return done({ method: "POST", path: `${BASE}/folders`, body, kind: "make-folder", about: "" })
}

export function changeFolder(id: string, change: { name: string } | { parent_id: string | null }): Promise<unknown> {
  return done({ method: "PATCH", path: `${BASE}/folders/${encodeURIComponent(id)}`, body: change, kind: "change-folder", about: id })
}

/** What is in it moves to the folder above. */
export function removeFolder(id: string): Promise<unknown> {
  return done({ method: "DELETE", path: `${BASE}/folders/${encodeURIComponent(id)}`, kind: "remove-folder", about: id })
}
