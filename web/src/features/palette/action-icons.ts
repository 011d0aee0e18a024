import {
  ArrowDown,
  ArrowUp,
  ChevronRight,
  Copy,
  Download,
  FolderPlus,
  GitBranch,
  LayoutTemplate,
  type LucideIcon,
  PanelRight,
  Pencil,
  RefreshCw,
  Upload,
} from "lucide-react"
import type { Action } from "@/registry"

/** The icons of acts that are part of the first load and shown in the palette alone: here they come with it. */
const ICONS: Readonly<Record<string, LucideIcon>> = {
  "export-all": Download,
  import: Upload,
  inspector: PanelRight,
  "new-folder": FolderPlus,
  "side-panel": PanelRight,
  templates: LayoutTemplate,
  "turn-branch": GitBranch,
  "turn-copy": Copy,
  "turn-edit": Pencil,
  "turn-next": ArrowDown,
  "turn-previous": ArrowUp,
  "turn-regenerate": RefreshCw,
}

/** The icon of an act: its own, the one kept for it here, else one that says no more than that it is run. */
export function iconOf({ id, icon }: Action): LucideIcon {
  return icon ?? ICONS[id] ?? ChevronRight
}
