// The signs of the light pages: a few strokes each, in the colour of their text.
const PATHS = {
  boat: 'M3 15h18l-2.2 4.2a2 2 0 0 1-1.8 1.1H7a2 2 0 0 1-1.8-1.1L3 15Zm3-1V9h9l3 5M9 9V5h3v4',
  hand: 'M7 12V6.5a1.5 1.5 0 0 1 3 0V11m0-6V4.5a1.5 1.5 0 0 1 3 0V11m0-5a1.5 1.5 0 0 1 3 0v6m0-3a1.5 1.5 0 0 1 3 0v5a6 6 0 0 1-6 6h-2c-3 0-4.5-1.5-6-4l-2-3.4a1.4 1.4 0 0 1 2.3-1.5L7 14',
  shield: 'M12 3 5 6v5c0 4.5 3 8 7 10 4-2 7-5.5 7-10V6l-7-3Zm-3 9 2.2 2.200L15 10',
  health: 'M12 20s-7-4.4-7-9.600A4 4 0 0 1 12 8a4 4 0 0 1 7 2.400c0 5.2-7 9.6-7 9.600Zm-4-7h2l1.2-2 1.6 3.600L14 13h2',
  pin: 'M12 21s7-6.2 7-11.500A7 7 0 0 0 5 9.500C5 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  camera: 'M4 8h3l1.5-2.500h7L17 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Zm8 8.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5',
  home: 'M4 11 12 4l8 7M6 9.500V20h12V9.500M10 20v-6h4v6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  phone: 'M6 3h3l1.5 4.5-2 1.500a12 12 0 0 0 6.5 6.500l1.5-2L21 15v3a2.5 2.5 0 0 1-2.7 2.500A16 16 0 0 1 3.5 5.7 2.5 2.5 0 0 1 6 3Z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  lock: 'M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
  check: 'm5 12.5 4.5 4.500L19 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2',
  paper: 'M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6M9 16h6',
  sound: 'M4 10v4h3.500L12 18V6L7.5 10H4Zm11-1.500a5 5 0 0 1 0 7M17.5 6a8.5 8.5 0 0 1 0 12',
  cloud: 'M7 18a4 4 0 0 1-.5-8A5.5 5.5 0 0 1 17 9a4.5 4.5 0 0 1 .5 9H7Zm5-7v5m-2-2 2 2 2-2',
  target: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm0-13v3m0 14v3M2 12h3m14 0h3',
  next: 'm9 5 7 7-7 7',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-9a3 3 0 1 0-1.5-5.600M17 14.200A5.5 5.5 0 0 1 21 20',
  star: 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.900L3.5 9.700l5.9-.8L12 3.500Z',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name, size = '1.4em', full = false }: { name: IconName; size?: string; full?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill={full ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" style={{ flex: 'none' }}>
      <path d={PATHS[name]} />
    </svg>
  )
}
