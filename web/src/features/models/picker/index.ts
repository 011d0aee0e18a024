export { ModelButton } from "@/features/models/picker/model-button"
export { PickerBody } from "@/features/models/picker/lazy"
