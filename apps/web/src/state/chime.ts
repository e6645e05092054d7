/** The sound of a new message. Ready once the guest has touched the page: browsers let no page sound before. */
export interface Chime {
  readonly isReady: boolean
  play(): void
}

/** Two soft notes, a fifth apart. */
const NOTES = [
  { hertz: 587.33, atSeconds: 0 },
  { hertz: 880, atSeconds: 0.12 },
]
const NOTE_SECONDS = 0.35
/** Of full scale: heard, without making anybody jump. */
const VOLUME = 0.06

/** Waits for the first gesture; `stop` gives the audio device back. */
export function startChime(): Chime & { stop(): void } {
  let audio: AudioContext | undefined
  const unlocked = new AbortController()
  const unlock = () => {
    audio ??= new AudioContext()
    const resumed = audio.resume()
    // A gesture the browser does not count changes nothing: the next one may.
    void resumed.then(() => audio?.state === 'running' && unlocked.abort()).catch(() => undefined)
  }
  if (typeof AudioContext !== 'undefined') {
    const options = { signal: unlocked.signal, capture: true, passive: true }
    for (const gesture of ['pointerdown', 'keydown', 'touchend']) addEventListener(gesture, unlock, options)
  }
  return {
    get isReady() {
      return audio?.state === 'running'
    },
    play: () => audio && NOTES.forEach((note) => playNote(audio as AudioContext, note)),
    stop() {
      unlocked.abort()
      void audio?.close()
    },
  }
}

function playNote(audio: AudioContext, { hertz, atSeconds }: (typeof NOTES)[number]) {
  const start = audio.currentTime + atSeconds
  const tone = new OscillatorNode(audio, { frequency: hertz })
  const loudness = new GainNode(audio, { gain: 0 })
  loudness.gain.setValueAtTime(0, start)
  loudness.gain.linearRampToValueAtTime(VOLUME, start + 0.02)
  loudness.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_SECONDS)
  tone.connect(loudness).connect(audio.destination)
  tone.start(start)
  tone.stop(start + NOTE_SECONDS)
}
