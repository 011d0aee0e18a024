import { lazy } from "@/lib/lazy"

/** Loaded when a picker is opened for the first time. */
export const PickerBody = lazy(() => import("@/features/models/picker/picker-body"))
