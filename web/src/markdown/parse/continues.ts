import type { Cursor } from "./cursor.ts"
import type { Node } from "./node.ts"

/** Whether a line belongs to an open block: "yes", "no", or it was the last of it and is used up. */
export type Belongs = "yes" | "no" | "end"

/** Ask an open block whether it goes on with this line; on "yes" the cursor stands where its content starts. */
export function continues(node: Node, cursor: Cursor): Belongs {
  switch (node.kind) {
    case "quote":
      return quote(cursor)
    case "item":
      return item(node, cursor)
    case "note":
      return note(node, cursor)
    case "code":
      return node.fence === null ? indentedCode(cursor) : fencedCode(node, node.fence, cursor)
    case "math":
      return math(node, cursor)
    case "html":
      return cursor.isBlank && node.htmlKind >= 6 ? "no" : "yes"
    case "paragraph":
    case "table":
      return cursor.isBlank ? "no" : "yes"
    case "heading":
    case "rule":
    case "row":
      return "no"
    default:
      return "yes"
  }
}

function quote(cursor: Cursor): Belongs {
  if (cursor.isIndented || cursor.line[cursor.next] !== ">") return "no"
  cursor.skipSpaces()
  cursor.advance(1)
  if (cursor.isSpace()) cursor.advance(1, true)
  return "yes"
}

function item(node: Node, cursor: Cursor): Belongs {
  const inside = (node.marker?.offset ?? 0) + (node.marker?.padding ?? 0)
  if (cursor.isBlank) {
    // An item that starts with a blank line ends with a second one.
    if (node.children.length === 0) return "no"
    cursor.skipSpaces()
    return "yes"
  }
  if (cursor.indent < inside) return "no"
  cursor.advance(inside, true)
  return "yes"
}

function note(node: Node, cursor: Cursor): Belongs {
  if (cursor.isBlank) return node.children.length === 0 ? "no" : "yes"
  if (!cursor.isIndented) return "no"
  cursor.advance(4, true)
  return "yes"
}

function indentedCode(cursor: Cursor): Belongs {
  if (cursor.isIndented) cursor.advance(4, true)
  else if (cursor.isBlank) cursor.skipSpaces()
  else return "no"
  return "yes"
}

function fencedCode(node: Node, fence: NonNullable<Node["fence"]>, cursor: Cursor): Belongs {
  const closing = cursor.isIndented ? null : /^(?:`{3,}|~{3,})(?=[ \t]*$)/.exec(cursor.rest)
  if (closing !== null && closing[0][0] === fence.sign && closing[0].length >= fence.length) {
    node.isComplete = true
    return "end"
  }
  for (let left = fence.offset; left > 0 && cursor.isSpace(); left -= 1) cursor.advance(1, true)
  return "yes"
}

/** What stands behind the end of a formula in its last line goes on as text. */
function math(node: Node, cursor: Cursor): Belongs {
  const end = cursor.rest.indexOf(node.closer)
  if (end === -1) return "yes"
  const before = cursor.rest.slice(0, end)
  if (before.trim() !== "") node.text += `${before}\n`
  node.isComplete = true
  cursor.skipSpaces()
  cursor.advance(end + node.closer.length)
  return "end"
}
