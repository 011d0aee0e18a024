"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { memo } from "react"

interface TaskBoxProps {
  isDone: boolean
}

/** The box of a task: it says how things stand and cannot be ticked, since the text is not ours to change. */
export const TaskBox = memo(({ isDone }: TaskBoxProps) => {
  const { t } = useLingui()
  return <input type="checkbox" checked={isDone} readOnly disabled aria-label={isDone ? t`Done` : t`To do`} />
})
TaskBox.displayName = "TaskBox"
