import { useLingui } from "@lingui/react/macro"
import { MonitorUp, Paperclip, Plus } from "lucide-react"
import { useRef } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { useCapture } from "@/features/conversations/composer/capture/use-capture"
import { useRegistered, useTitle } from "@/registry"

interface AddMenuProps {
  onFiles: (files: Iterable<File>) => void
}

/** What can be put beside the message: files, and whatever other features bring. */
export function AddMenu({ onFiles }: AddMenuProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const actions = useRegistered("composerActions")
  const field = useRef<HTMLInputElement>(null)
  const capture = useCapture((file) => onFiles([file]))
  const renderButton = (props: TriggerProps) => (
    <IconButton {...props} label={t`Add to the message`}>
      <Plus aria-hidden="true" className="size-5" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        aria-label={t`Files to add`}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ""
        }}
      />
      <Menu
        label={t`Add to the message`}
        trigger={renderButton}
      >
        <MenuItem icon={Paperclip} onChoose={() => field.current?.click()}>{t`Files and pictures`}</MenuItem>
        {capture.start === undefined ? null : (
          <MenuItem icon={MonitorUp} onChoose={capture.start}>{t`A picture of the screen`}</MenuItem>
        )}
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
      {capture.dialog}
    </>
  )
}
