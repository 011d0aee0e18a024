"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { memo } from "react"
import type { Block, Groups, ItemBlock, ListBlock } from "../parse/tree.ts"
import { LeafView } from "./leaf-view.tsx"
import { TaskBox } from "./task-box.tsx"

interface BlockListProps {
  groups: Groups
  /** Whether the text grows at the end of these. */
  isTail: boolean
  /** Paragraphs of a tight list stand without their own space. */
  isTight?: boolean
}

/** Blocks one under the other. Only the last group is looked at again while the text grows. */
export function BlockList({ groups, isTail, isTight = false }: BlockListProps) {
  return groups.map((group, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- blocks are only ever added at the end
    <Group key={index} group={group} isTail={isTail && index === groups.length - 1} isTight={isTight} />
  ))
}

interface GroupProps {
  group: readonly Block[]
  isTail: boolean
  isTight: boolean
}

const Group = memo(({ group, isTail, isTight }: GroupProps) =>
  group.map((block, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- blocks are only ever added at the end
    <Kept key={index} block={block} isTail={isTail && index === group.length - 1} isTight={isTight} />
  )),
)
Group.displayName = "Group"

interface KeptProps {
  block: Block
  isTail: boolean
  isTight: boolean
}

/** A finished block is the same value for ever, so it is never drawn again. */
const Kept = memo(({ block, isTail, isTight }: KeptProps) => {
  if (block.kind === "list") return <ListView list={block} isTail={isTail} />
  if (block.kind !== "quote") return <LeafView block={block} isTail={isTail} isTight={isTight} />
  return (
    <blockquote>
      <BlockList groups={block.groups} isTail={isTail} />
    </blockquote>
  )
})
Kept.displayName = "Kept"

interface ListViewProps {
  list: ListBlock
  isTail: boolean
}

/** A list; its items are kept like blocks of their own. */
function ListView({ list, isTail }: ListViewProps) {
  const groups = list.groups.map((group, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- items are only ever added at the end
    <Items key={index} items={group} isTail={isTail && index === list.groups.length - 1} isTight={!list.isLoose} />
  ))
  return list.isOrdered ? <ol start={list.start}>{groups}</ol> : <ul>{groups}</ul>
}

interface ItemsProps {
  items: readonly Block[]
  isTail: boolean
  isTight: boolean
}

const Items = memo(({ items, isTail, isTight }: ItemsProps) =>
  items.map((item, index) =>
    item.kind === "item" ? (
      // oxlint-disable-next-line react/no-array-index-key -- items are only ever added at the end
      <Item key={index} item={item} isTail={isTail && index === items.length - 1} isTight={isTight} />
    ) : null,
  ),
)
Items.displayName = "Items"

interface ItemProps {
  item: ItemBlock
  isTail: boolean
  isTight: boolean
}

const Item = memo(({ item, isTail, isTight }: ItemProps) => (
  <li className={item.isDone === null ? undefined : "md-task"}>
    {item.isDone === null ? null : <TaskBox isDone={item.isDone} />}
    <BlockList groups={item.groups} isTail={isTail} isTight={isTight} />
    {isTail && item.groups.length === 0 ? <span className="caret" /> : null}
  </li>
))
Item.displayName = "Item"
