// The colours of the desk faces, once by day and once for a dark hall: CSS, components, charts and the map take them here.
export interface Palette {
  sea: string
  seaDeep: string
  seaLight: string
  foam: string
  ink: string
  inkSoft: string
  line: string
  good: string
  warn: string
  bad: string
  card: string
  raised: string
  goodBack: string
  warnBack: string
  badBack: string
  onSea: string
  bar: string
  focus: string
  // The map.
  water: string
  shallow: string
  graticule: string
  land: string
  coast: string
  beyond: string
  halo: string
  place: string
  track: string
}

export const LIGHT: Palette = {
  sea: '#0b5c86', seaDeep: '#073b58', seaLight: '#e6f2f8', foam: '#f4f8fb', ink: '#12212b', inkSoft: '#4d6472', line: '#d5e1e8',
  good: '#146a3c', warn: '#964c00', bad: '#b3261e', card: '#ffffff', raised: '#ffffff', goodBack: '#e2f4ea', warnBack: '#fff1de', badBack: '#fde7e5', onSea: '#ffffff', bar: '#073b58', focus: '#ffb703',
  water: '#d3e7f2', shallow: '#bfdcea', graticule: '#b9d5e4', land: '#f5f1e6', coast: '#b5a67e', beyond: '#e6ecef', halo: '#ffffff', place: '#4d6472', track: '#0b5c86',
}

export const DARK: Palette = {
  sea: '#4cb4e7', seaDeep: '#d8eefa', seaLight: '#123449', foam: '#06151f', ink: '#e6f1f7', inkSoft: '#9db8c7', line: '#1c3a4d',
  good: '#56c98b', warn: '#f2a950', bad: '#ff8578', card: '#0a2030', raised: '#0f2a3d', goodBack: '#0f3525', warnBack: '#3a2a10', badBack: '#431a18', onSea: '#04131c', bar: '#04111a', focus: '#ffb703',
  water: '#082030', shallow: '#0d2e43', graticule: '#12384f', land: '#1c2f36', coast: '#4f6d6c', beyond: '#0a1821', halo: '#04111a', place: '#9db8c7', track: '#4cb4e7',
}

/** The palette as custom properties: `seaDeep` is `--sea-deep`. */
export const propertiesOf = (palette: Palette): [string, string][] => Object.entries(palette).map(([name, value]) => [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value as string])
