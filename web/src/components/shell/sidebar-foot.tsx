import { useLingui } from "@lingui/react/macro"
import { Settings2 } from "lucide-react"
import { drawer } from "@/components/shell/drawer"
import { Avatar } from "@/components/ui/avatar"
import { Link } from "@/router"

interface SidebarFootProps {
  isRail: boolean
  isServerUp: boolean
}

/** The bottom of the sidebar: who looks, whether the server is there, and the settings. */
export function SidebarFoot({ isRail, isServerUp }: SidebarFootProps) {
  const { t } = useLingui()
  return (
    <div className={`flex shrink-0 items-center gap-2 border-t border-border py-2 ${isRail ? "justify-center" : "ps-4 pe-2"}`}>
      {isRail ? null : (
        <>
          <span className="relative">
            <Avatar kind="person" letters={t({ message: "O", comment: "Monogram of Owner" })} voice={9} />
            <span
              aria-hidden="true"
              className={`absolute -inset-e-px -bottom-px size-2.5 rounded-full border-2 border-canvas ${isServerUp ? "bg-success-mark" : "bg-danger-mark"}`}
            />
          </span>
          <span className="min-w-0 flex-1 truncate text-ui font-medium">{t`Owner`}</span>
        </>
      )}
      <Link
        to="/settings"
        onClick={() => drawer.set(false)}
        aria-label={t`Settings`}
        title={t`Settings`}
        className="quick inline-grid size-(--control) shrink-0 place-items-center rounded-2 text-text-2 hover:bg-hover hover:text-text"
      >
        <Settings2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
      </Link>
    </div>
  )
}
