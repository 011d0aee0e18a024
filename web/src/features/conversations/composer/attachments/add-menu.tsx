import { useLingui } from "@lingui/react/macro"
import { Plus } from "lucide-react"
import { Suspense, useRef } from "react"
import { MenuSlot } from "@/components/ui/menu-slot"
import { useCapture } from "@/features/conversations/composer/capture/use-capture"
import { lazy } from "@/lib/lazy"
import { useRegistered } from "@/registry"

interface AddMenuProps {
  onFiles: (files: Iterable<File>) => void
}

const AddList = lazy(() => import("@/features/conversations/composer/attachments/add-list").then((module) => ({ default: module.AddList })))

/** What can be put beside the message: files, and whatever other features bring: acts in the menu, controls beside it. */
export function AddMenu({ onFiles }: AddMenuProps) {
  const { t } = useLingui()
  const field = useRef<HTMLInputElement>(null)
  const controls = useRegistered("composerActions")
  const capture = useCapture((file) => onFiles([file]))
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
      <MenuSlot
        label={t`Add to the message`}
        menu={<AddList onFiles={() => field.current?.click()} onCapture={capture.start} />}
      >
        <Plus aria-hidden="true" className="size-5" strokeWidth={1.75} />
      </MenuSlot>
      {controls.map(({ id, component: Control }) =>
        Control ? (
          <Suspense key={id}>
            <Control />
          </Suspense>
        ) : null,
      )}
      {capture.dialog}
    </>
  )
}
