export type { ForeignImages } from "./context.ts"
export { copyPlain, copyRich } from "./copy/message.ts"
export { Markdown } from "./markdown.tsx"
