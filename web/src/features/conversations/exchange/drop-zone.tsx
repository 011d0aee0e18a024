import { useLingui } from "@lingui/react/macro"
import { FileUp } from "lucide-react"
import { type DragEvent, useRef, useState } from "react"
import { Button } from "@/components/ui/button"

interface DropZoneProps {
  isBusy: boolean
  onFile: (file: File) => void
}

/** Where a file is dropped, or chosen with a button. */
export function DropZone({ isBusy, onFile }: DropZoneProps) {
  const { t } = useLingui()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setIsOver] = useState(false)
  const take = (files: FileList | null): void => {
    const [file] = files ?? []
    if (file && !isBusy) onFile(file)
  }
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes("Files")) return
    event.preventDefault()
    setIsOver(true)
  }
  return (
    <div
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setIsOver(false)
        take(event.dataTransfer.files)
      }}
      className={`flex flex-col items-center gap-3 rounded-3 border border-dashed p-6 text-center ${isOver ? "border-accent bg-accent-soft" : "border-border-strong bg-canvas"}`}
    >
      <FileUp aria-hidden="true" className="size-6 text-text-2" strokeWidth={1.5} />
      <p className="text-ui text-text-2">
        {t`Drop an export of ChatGPT, Claude, Open WebUI, LibreChat, SillyTavern, LobeChat or Salon here. It is read first; nothing is written until you say so.`}
      </p>
      <Button look="outline" disabled={isBusy} onClick={() => input.current?.click()}>{t`Choose a file`}</Button>
      <input
        ref={input}
        type="file"
        aria-label={t`File to import`}
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          take(event.target.files)
          event.target.value = ""
        }}
      />
    </div>
  )
}
