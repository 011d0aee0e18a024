export type {
  Action,
  ComposerAction,
  DataSection,
  Feature,
  Host,
  Page,
  PagePath,
  Panel,
  PartRenderer,
  Place,
  SettingsPage,
  SidebarPart,
} from "@/registry/feature"
export { currentActions, useAction } from "@/registry/actions"
export { useRegistered, useTitle } from "@/registry/hooks"
export { registered, registerFeature } from "@/registry/registry"
