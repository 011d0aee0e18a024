export { Composer } from "@/features/conversations/composer/composer"
