import { plural, t } from "@lingui/core/macro"
import { toast } from "@/lib/toasts"

/** The files in folders and all below them, but for hidden ones; what is more than there is room for is left out, and told. */
export async function filesIn(folders: readonly FileSystemDirectoryEntry[], room: number): Promise<File[]> {
  const found: File[] = []
  const waiting: FileSystemEntry[] = [...folders]
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (entry.name.startsWith(".")) continue
    if (isFile(entry)) {
      if (found.length === room) {
        toast({ text: t`${plural(room, { one: "Only the first file of the folder was taken.", other: "Only the first # files of the folder were taken." })}` })
        break
      }
      found.push(await fileOf(entry))
    } else if (isFolder(entry)) waiting.push(...(await entriesOf(entry)))
  }
  return found
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((done, fail) => entry.file(done, fail))

/** All entries of a folder, by name: browsers tell a hundred at a time, and none once all were told. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail))
    if (some.length === 0) return all.toSorted((one, other) => one.name.localeCompare(other.name))
    all.push(...some)
  }
}
