/** What is dropped on the page from elsewhere. What is dragged within it, and fields that take words themselves, are left alone. */

export interface Takes {
  /** Whether something is held over the page that can be dropped here. */
  over(isOver: boolean): void
  files(files: Iterable<File>): void
  words(words: string): void
}

export function listenForDrops(takes: Takes): () => void {
  const stop = new AbortController()
  let isFromHere = false
  const can = (event: DragEvent): boolean => hasFiles(event) || (!isFromHere && hasWords(event) && !takesWords(event.target))
  const on = (type: "dragstart" | "dragend" | "dragover" | "dragleave" | "drop", run: (event: DragEvent) => void): void =>
    addEventListener(type, run, { signal: stop.signal })
  on("dragstart", () => (isFromHere = true))
  on("dragend", () => (isFromHere = false))
  on("dragover", (event) => {
    takes.over(can(event))
    if (can(event)) event.preventDefault()
  })
  on("dragleave", (event) => {
    if (event.relatedTarget === null) takes.over(false)
  })
  on("drop", (event) => {
    takes.over(false)
    const isMeant = can(event)
    // What was dragged may be gone by now, and says nothing of its end.
    isFromHere = false
    // Somebody else took it: an import, a folder.
    if (!isMeant || event.defaultPrevented) return
    event.preventDefault()
    if (hasFiles(event)) takeFiles(event.dataTransfer, takes)
    else takes.words(wordsIn(event.dataTransfer))
  })
  return () => stop.abort()
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false
const hasWords = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.some((type) => type === "text/plain" || type === "text/uri-list") ?? false
const takesWords = (target: EventTarget | null): boolean => target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null

/** The words of what is dropped; of a link that brings none, its address. */
function wordsIn(data: DataTransfer | null): string {
  return data?.getData("text/plain").trim() || (data?.getData("text/uri-list").trim() ?? "")
}

/** Take the files, and those in folders: what is dropped is to be had only now. */
function takeFiles(data: DataTransfer | null, takes: Takes): void {
  const folders: FileSystemDirectoryEntry[] = []
  const files: File[] = []
  for (const item of data?.items ?? []) {
    const entry = item.webkitGetAsEntry()
    if (isFolder(entry)) folders.push(entry)
    else {
      const file = item.getAsFile()
      if (file !== null) files.push(file)
    }
  }
  takes.files(files)
  if (folders.length === 0) return
  const room = Math.max(0, MOST_FILES - files.length)
  void import("@/features/conversations/composer/attachments/folder-files").then(({ filesIn }) => filesIn(folders, room)).then(takes.files)
}

/** So many files of folders are taken at once: a folder of a project has ten thousand. */
const MOST_FILES = 100

function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory ?? false
}
