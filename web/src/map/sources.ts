// Layers by configuration: vector layers of the packs, tiles from an address, PMTiles from this server. Each names its datum.
import * as maplibregl from 'maplibre-gl'

import type { Shape } from '../core/shapes'

export type MapLayer = Shape<'LayerView'>

const DRAWN = new Set(['regions', 'fairways', 'areas'])
let pmtiles: Promise<void> | undefined

/** The datums that can be drawn over each other without an offset that anybody would notice. */
export const fits = (layer: Pick<MapLayer, 'datum'>): boolean => layer.datum === 'WGS84' || layer.datum === 'CGCS2000'

/** PMTiles are read by ranges; the reader is loaded when an installation has such a file. */
function readPmtiles(): Promise<void> {
  pmtiles ??= import('pmtiles').then(({ Protocol }) => {
    maplibregl.addProtocol('pmtiles', new Protocol().tile)
  })
  return pmtiles
}

export async function addOverlays(map: maplibregl.Map, layers: readonly MapLayer[] | undefined): Promise<void> {
  for (const layer of layers ?? []) {
    if (layer.kind === 'geojson' && DRAWN.has(layer.id)) (map.getSource(layer.id) as maplibregl.GeoJSONSource | undefined)?.setData(layer.url)
    else if (layer.kind !== 'geojson' && !layer.base && fits(layer)) await addTiles(map, layer, 'graticule')
  }
}

/** Choose the ground: our chart, or one of the configured base maps under the areas and signs. */
export function addGround(map: maplibregl.Map, layers: readonly MapLayer[] | undefined, chosen: string): void {
  const grounds = (layers ?? []).filter((layer) => layer.base && layer.kind !== 'geojson' && fits(layer))
  for (const layer of grounds) {
    if (layer.id === chosen) void addTiles(map, layer, 'fairways').then(() => visible(map, `tiles-${layer.id}`, true))
    else visible(map, `tiles-${layer.id}`, false)
  }
  const ours = !grounds.some((layer) => layer.id === chosen)
  for (const id of ['land', 'coast', 'shallows', 'beyond', 'graticule']) visible(map, id, ours)
}

function visible(map: maplibregl.Map, id: string, on: boolean): void {
  if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none')
}

async function addTiles(map: maplibregl.Map, layer: MapLayer, under: string): Promise<void> {
  const id = `tiles-${layer.id}`
  if (map.getSource(id)) return
  const attribution = `${layer.attribution} ${layer.datum}`.trim()
  if (layer.kind === 'pmtiles') {
    await readPmtiles()
    if (map.getSource(id)) return
    map.addSource(id, { type: 'raster', url: `pmtiles://${new URL(layer.url, location.origin).href}`, tileSize: 256, attribution })
  } else map.addSource(id, { type: 'raster', tiles: [layer.url.startsWith('/') ? `${location.origin}${layer.url}` : layer.url], tileSize: 256, attribution })
  map.addLayer({ id, type: 'raster', source: id }, map.getLayer(under) ? under : undefined)
}
