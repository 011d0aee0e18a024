import { lazy } from "@/lib/lazy"

/** Loaded when a message is edited for the first time. */
export const TurnEditor = lazy(() => import("@/features/conversations/page/turn/turn-editor").then((module) => ({ default: module.TurnEditor })))
