// The signs of the map, drawn once on a canvas: nothing is fetched, and every colour is one of the palette's.
import type { Map as BaseMap } from 'maplibre-gl'

import { LIGHT, type Palette } from '../tokens/palette'

export type Sign = 'unit' | 'busy' | 'stale' | 'lost' | 'case' | 'soon' | 'late' | 'picked'
const BOATS: ReadonlySet<Sign> = new Set<Sign>(['unit', 'busy', 'stale', 'lost'])
const SIDE = 64

const colours = (palette: Palette): Record<Sign, string> => ({ unit: palette.sea, busy: palette.good, stale: palette.warn, lost: palette.inkSoft, case: palette.good, soon: palette.warn, late: palette.bad, picked: palette.bad })

function drawn(sign: Sign, colour: string, edge: string): ImageData | undefined {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE
  const pen = canvas.getContext('2d')
  if (!pen) return undefined
  pen.lineJoin = 'round'
  pen.lineWidth = 5
  pen.strokeStyle = edge
  pen.fillStyle = colour
  pen.beginPath()
  if (BOATS.has(sign)) {
    // A hull seen from above, bow up.
    pen.moveTo(32, 6)
    pen.bezierCurveTo(46, 20, 47, 32, 45, 55)
    pen.lineTo(32, 49)
    pen.lineTo(19, 55)
    pen.bezierCurveTo(17, 32, 18, 20, 32, 6)
  } else {
    pen.moveTo(32, 60)
    pen.bezierCurveTo(12, 36, 12, 30, 12, 25)
    pen.arc(32, 25, 20, Math.PI, 0)
    pen.bezierCurveTo(52, 30, 52, 36, 32, 60)
  }
  pen.closePath()
  pen.stroke()
  pen.fill()
  if (!BOATS.has(sign)) {
    pen.beginPath()
    pen.arc(32, 25, 8, 0, Math.PI * 2)
    pen.fillStyle = edge
    pen.fill()
  }
  return pen.getImageData(0, 0, SIDE, SIDE)
}

export function addSigns(map: BaseMap, palette: Palette = LIGHT): void {
  for (const [sign, colour] of Object.entries(colours(palette)) as [Sign, string][]) {
    const image = drawn(sign, colour, palette.halo)
    if (!image) continue
    if (map.hasImage(sign)) map.updateImage(sign, image)
    else map.addImage(sign, image, { pixelRatio: 2 })
  }
}
