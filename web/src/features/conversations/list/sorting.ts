import { plural, t } from "@lingui/core/macro"
import { sortThem } from "@/features/conversations/list/act"

export type Sorting = "pin" | "unpin" | "archive" | "unarchive" | "delete"

/** Acts on one or many conversations, each told in a sentence with “Undo”. */

export function sortMany(act: Sorting, ids: readonly string[]): void {
  sortThem({ act, ids: [...ids] }, toldOf(act, ids.length))
}

function toldOf(act: Sorting, count: number): string {
  switch (act) {
    case "pin":
      return t`${plural(count, { one: "Conversation pinned", other: "# conversations pinned" })}`
    case "unpin":
      return t`${plural(count, { one: "Conversation unpinned", other: "# conversations unpinned" })}`
    case "archive":
      return t`${plural(count, { one: "Conversation archived", other: "# conversations archived" })}`
    case "unarchive":
      return t`${plural(count, { one: "Conversation taken out of the archive", other: "# conversations taken out of the archive" })}`
    case "delete":
      return t`${plural(count, { one: "Conversation deleted", other: "# conversations deleted" })}`
  }
}

export function moveMany(ids: readonly string[], folder: { id: string; name: string } | null): void {
  const told = folder === null ? t`Moved out of its folder` : t`Moved to ${folder.name}`
  sortThem({ act: "move", ids: [...ids], folder_id: folder?.id ?? null }, told)
}

export function tagMany(act: "tag" | "untag", ids: readonly string[], name: string): void {
  sortThem({ act, ids: [...ids], tags: [name] }, act === "tag" ? t`Tagged ${name}` : t`Tag ${name} taken off`)
}
