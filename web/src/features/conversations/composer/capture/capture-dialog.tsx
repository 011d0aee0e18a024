import { useLingui } from "@lingui/react/macro"
import { ArrowUpRight, Pencil, Square, SquareDashedBottom, Undo2 } from "lucide-react"
import { useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { IconButton } from "@/components/ui/icon-button"
import { DrawingBoard } from "@/features/conversations/composer/capture/drawing-board"
import { type Shape, type Tool, TOOLS } from "@/features/conversations/composer/capture/drawing"

interface CaptureDialogProps {
  still: ImageBitmap
  onFile: (file: File) => void
  onClose: () => void
}

const ICONS = { pen: Pencil, arrow: ArrowUpRight, box: Square, hide: SquareDashedBottom } as const

/** A captured still, to be drawn on before it goes with the message. */
export default function CaptureDialog({ still, onFile, onClose }: CaptureDialogProps) {
  const { t } = useLingui()
  const board = useRef<HTMLCanvasElement>(null)
  const [tool, setTool] = useState<Tool>("arrow")
  const [shapes, setShapes] = useState<readonly Shape[]>([])
  const names = { pen: t`Pen`, arrow: t`Arrow`, box: t`Box`, hide: t`Black out` }
  const attach = (): void => {
    board.current?.toBlob((blob) => {
      if (blob === null) return
      onFile(new File([blob], `${t`Screen`}.png`, { type: "image/png" }))
      onClose()
    }, "image/png")
  }
  return (
    <Dialog
      title={t`Draw on the picture`}
      isOpen
      size="wide"
      onClose={onClose}
      footer={
        <>
          <div role="group" aria-label={t`Tools`} className="flex items-center gap-1">
            {TOOLS.map((one) => {
              const Icon = ICONS[one]
              return (
                <IconButton key={one} label={names[one]} isOn={one === tool} aria-pressed={one === tool} onClick={() => setTool(one)}>
                  <Icon aria-hidden="true" className={`size-4 ${one === "hide" ? "fill-current" : ""}`} strokeWidth={1.75} />
                </IconButton>
              )
            })}
          </div>
          <IconButton label={t`Undo`} disabled={shapes.length === 0} onClick={() => setShapes(shapes.slice(0, -1))}>
            <Undo2 aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
          </IconButton>
          <span className="flex-1" />
          <Button onClick={onClose}>{t`Discard`}</Button>
          <Button look="solid" onClick={attach}>{t`Attach the picture`}</Button>
        </>
      }
    >
      <DrawingBoard
        board={board}
        still={still}
        tool={tool}
        shapes={shapes}
        onShape={(shape) => setShapes([...shapes, shape])}
      />
    </Dialog>
  )
}
