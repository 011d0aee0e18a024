export { StartPage } from "@/features/conversations/start/start-page"
