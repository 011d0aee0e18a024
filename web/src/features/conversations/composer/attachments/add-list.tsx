import { useLingui } from "@lingui/react/macro"
import { MonitorUp, Paperclip, Plus } from "lucide-react"
import type { ReactNode } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"
import { useRegistered, useTitle } from "@/registry"

interface AddListProps {
  onFiles: () => void
  /** Undefined where the browser captures nothing. */
  onCapture: (() => void) | undefined
}

/** The menu of what can be put beside the message. It opens at once, for it is made when it is wanted. */
export function AddList({ onFiles, onCapture }: AddListProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const actions = useRegistered("composerActions")
  const button = useOpenAtOnce()
  const plus = (props: TriggerProps): ReactNode => (
    <IconButton {...props} ref={button} label={t`Add to the message`}>
      <Plus aria-hidden="true" className="size-5" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <Menu label={t`Add to the message`} trigger={plus}>
      <MenuItem icon={Paperclip} onChoose={onFiles}>{t`Files and pictures`}</MenuItem>
      {onCapture === undefined ? null : <MenuItem icon={MonitorUp} onChoose={onCapture}>{t`A picture of the screen`}</MenuItem>}
      {actions.flatMap(({ id, title, icon, run }) =>
        run
          ? [
              <MenuItem key={id} icon={icon} onChoose={run}>
                {titleOf(title)}
              </MenuItem>,
            ]
          : [],
      )}
    </Menu>
  )
}
