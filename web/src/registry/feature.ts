import type { LucideIcon } from "lucide-react"
import type { ComponentType } from "react"
import type { Part } from "@/live/parts"

/** The addresses whose page a feature brings; a page draws its own `PageHeader` and `<main data-pane="main">`. */
export type PagePath = "/" | "/c/$id" | "/search" | "/usage"

/** Titles are functions, for the language may change: read them through `useTitle`. */
interface Titled {
  readonly id: string
  readonly title: () => string
}

/** Where one can go; stands in the sidebar, in the palette and behind G. */
export interface Place extends Titled {
  readonly path: Exclude<PagePath, "/c/$id">
  readonly icon: LucideIcon
  /** The letter after G, small. */
  readonly key: string
  readonly order: number
}

/** What stands at an address; load it lazily unless a message is read or written there. */
export interface Page {
  readonly path: PagePath
  readonly component: ComponentType
}

export const SETTINGS_GROUPS = ["you", "models", "work", "server"] as const
export type SettingsGroup = (typeof SETTINGS_GROUPS)[number]

/** A page of the settings dialog, at `/settings/<id>`. */
export interface SettingsPage extends Titled {
  readonly group: SettingsGroup
  readonly icon: LucideIcon
  /** Other words under which one looks for it, in the language of the page. */
  readonly keywords: () => string
  readonly order: number
  /** Lazy. The pages that have routes of their own bring none. */
  readonly component?: ComponentType
}

/** A section that a feature adds to the settings page about data. */
export interface DataSection extends Titled {
  readonly order: number
  readonly component: ComponentType
}

/** A tab of the inspector of a conversation. */
export interface Panel extends Titled {
  readonly order: number
  readonly component: ComponentType
}

/** What draws one type of a message's parts. */
export interface PartRenderer {
  readonly type: Part["kind"] | (string & {})
  readonly component: ComponentType<{ part: Part }>
}

/** What can be done beside the box one writes in: a control of its own, or a button that runs. */
export interface ComposerAction extends Titled {
  readonly icon: LucideIcon
  readonly order: number
  readonly component?: ComponentType
  readonly run?: () => void
}

/** What keys do. */
export interface Keyed extends Titled {
  /** As in `KeyPress`: "mod+k", "mod+shift+n", "n", "g u", "F6"; a person may choose others for single letters. */
  readonly keys?: readonly string[]
}

/** What can be done from the palette, and by keys if it has some. */
export interface Action extends Keyed {
  /** Other words under which one looks for it, in the language of the page. */
  readonly keywords?: () => string
  readonly icon?: LucideIcon
  /** Where it stands in the palette before a word is typed: small first, 50 unless it says so. */
  readonly order?: number
  /** It leads somewhere, and stands with the places. */
  readonly isPlace?: boolean
  readonly run: () => void
  /** Whether it can be done now. */
  readonly when?: () => boolean
}

/** A part of the sidebar below the places; the list of conversations is one. */
export interface SidebarPart {
  readonly id: string
  readonly order: number
  readonly component: ComponentType
}

/** What is there once beside every page, whichever it is: dialogs that anything may open, what is announced. */
export interface Host {
  readonly id: string
  readonly component: ComponentType
}

/** What a feature brings to the app; whatever it leaves out does not appear. */
export interface Feature {
  readonly id: string
  readonly places?: readonly Place[]
  readonly pages?: readonly Page[]
  readonly settings?: readonly SettingsPage[]
  readonly data?: readonly DataSection[]
  readonly panels?: readonly Panel[]
  readonly renderers?: readonly PartRenderer[]
  readonly composerActions?: readonly ComposerAction[]
  readonly actions?: readonly Action[]
  readonly sidebar?: readonly SidebarPart[]
  readonly hosts?: readonly Host[]
}
