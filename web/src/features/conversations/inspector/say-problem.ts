import { toast } from "@/components/ui/toast"

/** Tell why something was refused, in the server's words. */
export function sayProblem(problem: unknown): void {
  toast({ text: problem instanceof Error ? problem.message : String(problem), tone: "danger" })
}
