export { type Toast, toast } from "@/lib/toasts"
