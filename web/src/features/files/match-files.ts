import type { StoredFile } from "@/api/types"

/** The files whose name or kind hold every word of a search. */
export function matchFiles(files: readonly StoredFile[], search: string): StoredFile[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return files.filter((file) => {
    const text = `${file.name} ${file.media_type} ${file.purpose}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
