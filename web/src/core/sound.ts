// A short, quiet tone for what must be noticed. Browsers allow it once the person has touched the page.
let context: AudioContext | undefined

export function ring(tones = 2): void {
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') void context.resume()
    const now = context.currentTime
    for (const [place, pitch] of [660, 880].slice(0, tones).entries()) {
      const tone = context.createOscillator()
      const loudness = context.createGain()
      tone.frequency.value = pitch
      loudness.gain.setValueAtTime(0, now + place * 0.18)
      loudness.gain.linearRampToValueAtTime(0.12, now + place * 0.18 + 0.02)
      loudness.gain.exponentialRampToValueAtTime(0.001, now + place * 0.18 + 0.3)
      tone.connect(loudness).connect(context.destination)
      tone.start(now + place * 0.18)
      tone.stop(now + place * 0.18 + 0.32)
    }
  } catch {
    // A terminal without sound shows the job all the same.
  }
}
