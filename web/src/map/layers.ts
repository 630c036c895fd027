// What the map is made of: ground, areas, ways, signs. Ours come from this server; others by configuration, each with its datum.
import type { FeatureCollection } from 'geojson'
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

import { LIGHT, type Palette } from '../tokens/palette'
import type { Sign } from './icons'

export interface Mark {
  id: string
  lon: number
  lat: number
  kind: Sign | 'berth'
  label?: string
  heading?: number | null
  chosen?: boolean
}

const PINS: ReadonlySet<string> = new Set(['case', 'soon', 'late', 'picked'])
export const isPin = (mark: Mark): boolean => PINS.has(mark.kind)

export const marked = (marks: readonly Mark[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: marks.map((mark) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [mark.lon, mark.lat] },
    properties: { id: mark.id, kind: mark.kind, label: mark.label ?? '', heading: mark.heading ?? 0, chosen: mark.chosen ?? false, pin: isPin(mark), late: mark.kind === 'late' ? 1 : 0, soon: mark.kind === 'soon' ? 1 : 0 },
  })),
})

export const lined = (routes: readonly (readonly [number, number][])[], properties: Record<string, unknown> = {}): FeatureCollection => ({
  type: 'FeatureCollection',
  features: routes.map((coordinates) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: coordinates as [number, number][] }, properties })),
})

const STEP = 0.1
// The box of the land data. What lies beyond is shown as not charted, rather than as sea.
const [WEST, SOUTH, EAST, NORTH] = [121.2, 28.2, 122.2, 28.9]

function graticule(): FeatureCollection {
  const lines: [number, number][][] = []
  for (let lon = WEST; lon <= EAST + 1e-9; lon += STEP) lines.push([[lon, SOUTH], [lon, NORTH]])
  for (let lat = SOUTH; lat <= NORTH + 1e-9; lat += STEP) lines.push([[WEST, lat], [EAST, lat]])
  return lined(lines)
}

const beyond = (): FeatureCollection => ({
  type: 'FeatureCollection',
  features: [{
    type: 'Feature', properties: {},
    geometry: { type: 'Polygon', coordinates: [[[110, 20], [132, 20], [132, 36], [110, 36], [110, 20]], [[WEST + 0.002, SOUTH + 0.002], [WEST + 0.002, NORTH - 0.002], [EAST - 0.002, NORTH - 0.002], [EAST - 0.002, SOUTH + 0.002], [WEST + 0.002, SOUTH + 0.002]]] },
  }],
})

// The device draws the letters itself; no font is fetched.
export const FONT = ['PingFang SC, Noto Sans CJK SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif']
const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }

export interface Drawing {
  palette: Palette
  /** Language of what the map says itself. */
  language: 'zh' | 'en'
  /** Cases and units in clusters while the map shows a wide view. */
  clusters: boolean
  /** Text scale: 1 on a desk. */
  scale: number
}

const AREA = (palette: Palette): Record<string, string> => ({ restricted: palette.bad, anchorage: palette.sea, aquaculture: palette.good })
const byKind = (palette: Palette) => ['match', ['get', 'kind'], ...Object.entries(AREA(palette)).flat(), palette.warn] as unknown as string

export function style({ palette, language, clusters, scale }: Drawing = { palette: LIGHT, language: 'zh', clusters: false, scale: 1 }): StyleSpecification {
  const name = ['get', `name_${language}`] as unknown as string
  const cluster = clusters ? { cluster: true, clusterRadius: 46 * scale, clusterMaxZoom: 13, clusterProperties: { late: ['+', ['get', 'late']], soon: ['+', ['get', 'soon']] } } : {}
  const crowd = clusters ? { cluster: true, clusterRadius: 38 * scale, clusterMaxZoom: 11, clusterMinPoints: 4 } : {}
  const one = ['!', ['has', 'point_count']] as unknown as boolean
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.6 }
  const sign = (id: string, source: string, more: Record<string, unknown>): LayerSpecification => ({
    id, type: 'symbol', source, filter: one as never,
    layout: {
      'icon-image': ['get', 'kind'], 'icon-size': scale, 'icon-allow-overlap': true, 'icon-ignore-placement': true,
      'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12.5 * scale, 'text-anchor': 'top', 'text-offset': [0, 1.1], 'text-optional': true, 'text-padding': 4, ...more,
    },
    paint: { 'text-color': palette.ink, ...halo },
  }) as LayerSpecification
  return {
    version: 8,
    sources: {
      graticule: { type: 'geojson', data: graticule() },
      land: { type: 'geojson', data: '/api/v1/map/land', attribution: language === 'zh' ? 'GSHHG 2.3.7 · WGS 84 · 不可用于航行' : 'GSHHG 2.3.7 · WGS 84 · not for navigation' },
      beyond: { type: 'geojson', data: beyond() },
      regions: { type: 'geojson', data: empty },
      fairways: { type: 'geojson', data: empty },
      areas: { type: 'geojson', data: empty },
      tracks: { type: 'geojson', data: empty },
      routes: { type: 'geojson', data: empty },
      places: { type: 'geojson', data: empty },
      cases: { type: 'geojson', data: empty, ...cluster } as never,
      units: { type: 'geojson', data: empty, ...crowd } as never,
      chosen: { type: 'geojson', data: empty },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.water } },
      { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': palette.graticule, 'line-width': 0.7 } },
      { id: 'shallows', type: 'line', source: 'land', paint: { 'line-color': palette.shallow, 'line-width': 10, 'line-blur': 6 } },
      { id: 'fairways', type: 'fill', source: 'fairways', paint: { 'fill-color': palette.sea, 'fill-opacity': 0.1, 'fill-outline-color': palette.sea } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land, 'fill-antialias': true } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': palette.coast, 'line-width': 1 } },
      { id: 'beyond', type: 'fill', source: 'beyond', paint: { 'fill-color': palette.beyond } },
      { id: 'regions', type: 'line', source: 'regions', paint: { 'line-color': palette.inkSoft, 'line-width': 1, 'line-dasharray': [4, 3], 'line-opacity': 0.5 } },
      { id: 'areas', type: 'fill', source: 'areas', paint: { 'fill-color': byKind(palette), 'fill-opacity': 0.13 } },
      { id: 'areas-edge', type: 'line', source: 'areas', paint: { 'line-color': byKind(palette), 'line-width': 1.6, 'line-dasharray': [3, 2] } },
      { id: 'areas-names', type: 'symbol', source: 'areas', minzoom: 9.6, layout: { 'text-field': name, 'text-font': FONT, 'text-size': 11.5 * scale, 'text-max-width': 7 }, paint: { 'text-color': byKind(palette), ...halo } },
      { id: 'tracks', type: 'line', source: 'tracks', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.track, 'line-width': 2, 'line-opacity': 0.7, 'line-dasharray': [1, 2] } },
      { id: 'routes-edge', type: 'line', source: 'routes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.halo, 'line-width': 7, 'line-opacity': 0.9 } },
      { id: 'routes', type: 'line', source: 'routes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.sea, 'line-width': 3.5 } },
      { id: 'berths', type: 'circle', source: 'places', paint: { 'circle-color': palette.halo, 'circle-radius': 3.6 * scale, 'circle-stroke-color': palette.place, 'circle-stroke-width': 1.8 } },
      { id: 'berth-names', type: 'symbol', source: 'places', minzoom: 10, layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 11 * scale, 'text-variable-anchor': ['top', 'bottom', 'left', 'right'], 'text-radial-offset': 0.6, 'text-padding': 6 }, paint: { 'text-color': palette.place, ...halo } },
      { id: 'chosen', type: 'circle', source: 'chosen', paint: { 'circle-radius': 22 * scale, 'circle-color': palette.focus, 'circle-opacity': 0.3, 'circle-stroke-color': palette.focus, 'circle-stroke-width': 2.5 } },
      ...(clusters ? clustered('units', palette, scale) : []),
      sign('units', 'units', { 'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map', 'symbol-sort-key': 2 }),
      ...(clusters ? clustered('cases', palette, scale) : []),
      sign('cases', 'cases', { 'icon-offset': [0, -14], 'text-offset': [0, 0.4], 'symbol-sort-key': ['-', 3, ['get', 'late']] }),
    ],
  }
}

/** A crowd as one disc: how many, and how many of them are late, as an arc would be too much to read at a distance. */
function clustered(source: 'cases' | 'units', palette: Palette, scale: number): LayerSpecification[] {
  const has = ['has', 'point_count'] as never
  const ground = source === 'units' ? palette.sea : (['case', ['>', ['get', 'late'], 0], palette.bad, ['>', ['get', 'soon'], 0], palette.warn, palette.good] as unknown as string)
  const radius = ['interpolate', ['linear'], ['get', 'point_count'], 2, 14 * scale, 50, 19 * scale, 1000, 27 * scale] as unknown as number
  const shown = source === 'units' ? ['get', 'point_count_abbreviated'] : ['case', ['>', ['get', 'late'], 0], ['concat', ['to-string', ['get', 'late']], '/', ['get', 'point_count_abbreviated']], ['to-string', ['get', 'point_count_abbreviated']]]
  return [
    { id: `${source}-crowd`, type: 'circle', source, filter: has, paint: { 'circle-color': ground, 'circle-radius': radius, 'circle-opacity': source === 'units' ? 0.55 : 0.9, 'circle-stroke-color': palette.halo, 'circle-stroke-width': 2 } },
    { id: `${source}-count`, type: 'symbol', source, filter: has, layout: { 'text-field': shown as never, 'text-font': FONT, 'text-size': 12 * scale, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': source === 'units' ? palette.ink : palette.onSea, 'text-halo-color': source === 'units' ? palette.halo : 'rgba(0,0,0,0)', 'text-halo-width': source === 'units' ? 1.5 : 0 } },
  ]
}
