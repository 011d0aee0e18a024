import { StartPage } from "@/features/conversations/start/start-page"
import { registerFeature } from "@/registry"

registerFeature({ id: "start", pages: [{ path: "/", component: StartPage }] })
