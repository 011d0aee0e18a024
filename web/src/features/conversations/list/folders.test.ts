import { expect, test } from "vitest"
import { type Folder, isWithin, placeFolders } from "@/features/conversations/list/folders"

function folder(id: string, parentId: string | null, name = id): Folder {
  return {
    id,
    parent_id: parentId,
    name,
    settings: {},
    version: 1,
    conversations: 0,
    created_by: null,
    created_at_ms: 0,
    changed_at_ms: 0,
  }
}

const FOLDERS = [folder("b", "a"), folder("a", null), folder("c", "b"), folder("lost", "gone"), folder("A", null, "Aardvarks")]

function shown(open: readonly string[]): string[] {
  return placeFolders(FOLDERS, (id) => open.includes(id)).map(({ folder: { id }, depth }) => `${depth} ${id}`)
}

test("folders stand in their folders, by name, and closed ones keep theirs to themselves", () => {
  expect(shown([])).toEqual(["0 a", "0 A", "0 lost"])
  expect(shown(["a"])).toEqual(["0 a", "1 b", "0 A", "0 lost"])
  expect(shown(["a", "b"])).toEqual(["0 a", "1 b", "2 c", "0 A", "0 lost"])
})

test("a folder is within itself and what is above it, and a circle ends", () => {
  expect(isWithin(FOLDERS, "c", "a")).toBe(true)
  expect(isWithin(FOLDERS, "a", "c")).toBe(false)
  expect(isWithin(FOLDERS, "a", "a")).toBe(true)
  expect(isWithin([folder("x", "y"), folder("y", "x")], "x", "z")).toBe(false)
})
