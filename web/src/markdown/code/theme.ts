import type { ThemeRegistrationRaw } from "@shikijs/types"

/** The classes of our code tokens, which follow the theme of the page; each by the mark its scopes get below. */
const CLASSES: Readonly<Record<string, string>> = {
  "#000001": "text-code-com",
  "#000002": "text-code-str",
  "#000003": "text-code-num",
  "#000004": "text-code-key",
  "#000005": "text-code-fn",
  "#000006": "text-code-type",
  "#000007": "text-danger",
  "#000008": "text-success",
}

/** The class for the mark of a piece of code; empty for plain text. */
export function classOf(mark: string | undefined): string {
  return CLASSES[mark?.toLowerCase() ?? ""] ?? ""
}

const rule = (mark: string, ...scope: string[]) => ({ scope, settings: { foreground: mark } })

/** Which scopes of grammars mean which of our tokens. Its colours are marks and never reach the page. */
export const THEME: ThemeRegistrationRaw = {
  name: "salon",
  type: "light",
  settings: [
    { settings: { foreground: "#000000", background: "#ffffff" } },
    rule("#000005", "entity.name.function", "support.function", "variable.function", "meta.function-call.generic", "entity.other.attribute-name"),
    rule("#000006", "entity.name.type", "entity.name.class", "entity.name.namespace", "support.type", "support.class", "entity.other.inherited-class"),
    rule("#000004", "keyword", "storage", "entity.name.tag", "markup.heading", "punctuation.definition.heading", "variable.language"),
    rule("#000000", "keyword.operator", "storage.modifier.array", "storage.type.generic", "punctuation"),
    rule("#000004", "keyword.operator.new", "keyword.operator.expression", "keyword.operator.logical.python", "keyword.operator.word"),
    rule("#000003", "constant.numeric", "constant.language", "constant.character", "constant.other", "support.constant"),
    rule("#000002", "string", "punctuation.definition.string", "markup.inline.raw", "support.type.property-name.json string"),
    rule("#000005", "support.type.property-name"),
    rule("#000001", "comment", "punctuation.definition.comment"),
    rule("#000007", "markup.deleted"),
    rule("#000008", "markup.inserted"),
  ],
}
