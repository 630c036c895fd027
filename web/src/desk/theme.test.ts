import { describe, expect, it } from 'vitest'

import css from '../tokens/tokens.css?raw'
import { DARK, LIGHT, propertiesOf, type Palette } from '../tokens/palette'

const channel = (value: number) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
const light = (hex: string) => [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16))).reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place]!, 0)
const contrast = (a: string, b: string) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)

describe('the palettes', () => {
  const pairs: [keyof Palette, keyof Palette][] = [
    ['ink', 'card'], ['inkSoft', 'card'], ['ink', 'foam'], ['inkSoft', 'foam'], ['sea', 'card'], ['good', 'card'], ['warn', 'card'], ['bad', 'card'], ['onSea', 'sea'],
    ['good', 'goodBack'], ['warn', 'warnBack'], ['bad', 'badBack'], ['inkSoft', 'seaLight'], ['seaDeep', 'seaLight'], ['place', 'water'], ['place', 'land'],
  ]
  for (const [name, palette] of [['light', LIGHT], ['dark', DARK]] as const) {
    it(`hold 4.5:1 between every text and its ground in ${name}`, () => {
      expect(pairs.filter(([text, ground]) => contrast(palette[text], palette[ground]) < 4.5).map(([text, ground]) => `${text} on ${ground} ${contrast(palette[text], palette[ground]).toFixed(2)}`)).toEqual([])
    })
  }
  it('say by day what the tokens of all pages say', () => {
    const root = css.slice(0, css.indexOf('}'))
    const said = new Map([...root.matchAll(/(--[a-z-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]]))
    expect(said.size).toBeGreaterThan(8)
    const differing = propertiesOf(LIGHT).filter(([name, value]) => said.has(name) && said.get(name) !== value)
    expect(differing).toEqual([])
  })
})
