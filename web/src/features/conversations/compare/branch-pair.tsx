import { useLingui } from "@lingui/react/macro"
import { ArrowLeftRight } from "lucide-react"
import type { Branch } from "@/features/conversations/api/conversations"
import { IconButton } from "@/components/ui/icon-button"
import { Select } from "@/components/ui/select"

interface BranchPairProps {
  branches: readonly Branch[]
  left: string
  right: string
  onLeft: (id: string) => void
  onRight: (id: string) => void
}

/** Which two branches stand beside each other. */
export function BranchPair({ branches, left, right, onLeft, onRight }: BranchPairProps) {
  const { t } = useLingui()
  const options = branches.map(({ id, name }) => ({ value: id, label: name }))
  const swap = (): void => {
    onLeft(right)
    onRight(left)
  }
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <Select label={t`First branch`} value={left} onChange={onLeft} options={options} />
      <IconButton label={t`Swap the two`} onClick={swap}>
        <ArrowLeftRight aria-hidden="true" className="size-4" />
      </IconButton>
      <Select label={t`Second branch`} value={right} onChange={onRight} options={options} />
    </div>
  )
}
