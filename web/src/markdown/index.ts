export type { ForeignImages } from "./context.ts"
export { copyPlain, copyRich, plainOf } from "./copy/message.ts"
export { Markdown } from "./markdown.tsx"
