import type { components } from "@/api/schema"

export type Folder = components["schemas"]["CountedFolder"]

/** A folder at its place in the tree of folders. */
export interface PlacedFolder {
  readonly folder: Folder
  readonly depth: number
  readonly hasChildren: boolean
}

/** The folders below each other as a tree shows them, by name; what is in a closed one is left out. */
export function placeFolders(folders: readonly Folder[], isOpen: (id: string) => boolean): PlacedFolder[] {
  const known = new Set(folders.map(({ id }) => id))
  const below = new Map<string | null, Folder[]>()
  for (const folder of folders) {
    // A parent that is not here any more: better at the top than nowhere.
    const parent = folder.parent_id !== null && known.has(folder.parent_id) ? folder.parent_id : null
    below.set(parent, [...(below.get(parent) ?? []), folder])
  }
  const place = (parent: string | null, depth: number): PlacedFolder[] =>
    (below.get(parent) ?? [])
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .flatMap((folder) => {
        const hasChildren = below.has(folder.id)
        const inside = hasChildren && isOpen(folder.id) ? place(folder.id, depth + 1) : []
        return [{ folder, depth, hasChildren }, ...inside]
      })
  return place(null, 0)
}

/** Whether a folder is another one or in it, however deep: it cannot be moved there. */
export function isWithin(folders: readonly Folder[], id: string, within: string): boolean {
  const parents = new Map(folders.map((folder) => [folder.id, folder.parent_id]))
  const seen = new Set<string>()
  for (let at: string | null | undefined = id; at && !seen.has(at); at = parents.get(at)) {
    if (at === within) return true
    seen.add(at)
  }
  return false
}
