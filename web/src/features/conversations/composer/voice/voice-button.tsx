import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { Mic, Square } from "lucide-react"
import { useRef, useState } from "react"
import { unreached } from "@/api/problem"
import { IconButton } from "@/components/ui/icon-button"
import { toast } from "@/components/ui/toast"
import type { Listening } from "@/features/conversations/composer/voice/listen"
import { modelsQuery } from "@/features/house/api/queries"

interface VoiceButtonProps {
  /** Told of words as they were understood. */
  onText: (text: string) => void
}

/** Lets a message be spoken, where the browser hears and somebody writes down what it heard. */
export function VoiceButton({ onText }: VoiceButtonProps) {
  const { t, i18n } = useLingui()
  const queries = useQueryClient()
  const [isOn, setIsOn] = useState(false)
  const [isWriting, setIsWriting] = useState(false)
  const listening = useRef<Listening | null>(null)
  const isWanted = useRef(false)
  // Only over HTTPS, or from this machine, browsers listen.
  if (!("mediaDevices" in navigator)) return null
  const start = async (): Promise<void> => {
    setIsOn(true)
    isWanted.current = true
    try {
      const models = await queries.ensureQueryData(modelsQuery())
      const model = models.find(({ capabilities }) => capabilities.includes("transcription"))?.id ?? null
      const { listen } = await import("@/features/conversations/composer/voice/listen").catch(() => {
        throw unreached()
      })
      listening.current = await listen({ model, language: i18n.locale, onText })
      // It was ended while the browser still asked whether it may listen.
      if (!isWanted.current) listening.current.stop()
      await listening.current.done
    } catch (problem) {
      toast({ text: problem instanceof Error ? problem.message : String(problem) })
    } finally {
      listening.current = null
      setIsOn(false)
      setIsWriting(false)
    }
  }
  const stop = (): void => {
    setIsWriting(true)
    isWanted.current = false
    listening.current?.stop()
  }
  return (
    <IconButton
      label={isOn ? t`Stop listening` : t`Speak the message`}
      isOn={isOn}
      disabled={isWriting}
      aria-pressed={isOn}
      onClick={() => (isOn ? stop() : void start())}
    >
      {isOn ? (
        <Square aria-hidden="true" className="size-3.5 fill-current text-danger" />
      ) : (
        <Mic aria-hidden="true" className="size-4.5" strokeWidth={1.75} />
      )}
    </IconButton>
  )
}
