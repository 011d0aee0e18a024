import { Navigate } from "@tanstack/react-router"
import { Suspense } from "react"
import { NotFound } from "@/app/not-found"
import { type PagePath, useRegistered } from "@/registry"

interface RegisteredPageProps {
  path: PagePath
}

/** The page that a feature brought for an address. */
export function RegisteredPage({ path }: RegisteredPageProps) {
  const Page = useRegistered("pages").find((one) => one.path === path)?.component
  if (Page) {
    return (
      <Suspense>
        <Page />
      </Suspense>
    )
  }
  return path === "/" ? <Navigate to="/settings/$page" params={{ page: "gateway" }} replace /> : <NotFound />
}
