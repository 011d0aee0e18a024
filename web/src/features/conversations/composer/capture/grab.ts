/** A still of a screen, a window or a tab, as the person chooses. Throws: NotAllowedError when they choose none. */
export async function grabStill(): Promise<ImageBitmap> {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false })
  try {
    const video = document.createElement("video")
    video.muted = true
    video.srcObject = stream
    await video.play()
    // The browser's own dialog fades away over what is captured.
    await new Promise((resolve) => {
      setTimeout(resolve, FADE_MS)
    })
    return await createImageBitmap(video)
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

const FADE_MS = 300
