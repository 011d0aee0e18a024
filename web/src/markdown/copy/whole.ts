/** What copying a whole message needs, and drawing it does not. */
export { readMarkdown } from "../parse/document.ts"
export { toHtml } from "./html.ts"
export { toPlain } from "./plain.ts"
