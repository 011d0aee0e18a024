/**
 * The features of the app, one import a line: each module calls `registerFeature`.
 *
 * They are part of the first load, so whatever can come later is lazy in them.
 */
import "@/features/conversations/feature"
import "@/features/conversations/composer/prompts/feature"
import "@/features/conversations/inspector/feature"
import "@/features/conversations/start/feature"
import "@/features/conversations/exchange/feature"
import "@/features/conversations/list/feature"
import "@/features/conversations/search/feature"
import "@/features/usage/feature"
