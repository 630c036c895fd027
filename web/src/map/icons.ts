// The signs of the map, drawn once on a canvas: nothing is fetched, and every colour is one of the tokens'.
import type { Map as BaseMap } from 'maplibre-gl'

export type Sign = 'unit' | 'stale' | 'lost' | 'case' | 'soon' | 'late' | 'picked'
const COLOURS: Record<Sign, string> = { unit: '#0b5c86', stale: '#b35c00', lost: '#7b8f9b', case: '#176f42', soon: '#b35c00', late: '#b3261e', picked: '#b3261e' }
const SIDE = 64

function drawn(sign: Sign): ImageData | undefined {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE
  const pen = canvas.getContext('2d')
  if (!pen) return undefined
  pen.lineJoin = 'round'
  pen.lineWidth = 5
  pen.strokeStyle = '#fff'
  pen.fillStyle = COLOURS[sign]
  pen.beginPath()
  if (sign === 'unit' || sign === 'stale' || sign === 'lost') {
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
  if (!['unit', 'stale', 'lost'].includes(sign)) {
    pen.beginPath()
    pen.arc(32, 25, 8, 0, Math.PI * 2)
    pen.fillStyle = '#fff'
    pen.fill()
  }
  return pen.getImageData(0, 0, SIDE, SIDE)
}

export function addSigns(map: BaseMap): void {
  for (const sign of Object.keys(COLOURS) as Sign[]) {
    const image = drawn(sign)
    if (image && !map.hasImage(sign)) map.addImage(sign, image, { pixelRatio: 2 })
  }
}
