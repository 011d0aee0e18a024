import { lazy } from "@/lib/lazy"

/** Loaded when the first prompt is looked for. */
export const PromptList = lazy(() => import("@/features/conversations/composer/prompts/prompt-list"))
