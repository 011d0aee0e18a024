import { t } from "@lingui/core/macro"
import { toast } from "@/components/ui/toast"

/** Say in passing whether something is on the clipboard now. */
export function tellCopied(isCopied: boolean): void {
  toast({ text: isCopied ? t`Copied.` : t`This browser does not let the page copy.` })
}
