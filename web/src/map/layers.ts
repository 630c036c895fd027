// What the map of the bay is made of: sea, graticule, land, coast, places, routes, signs. All from this server.
import type { FeatureCollection } from 'geojson'
import type { StyleSpecification } from 'maplibre-gl'

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

export const marked = (marks: Mark[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: marks.map((mark) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [mark.lon, mark.lat] },
    properties: { id: mark.id, kind: mark.kind, label: mark.label ?? '', heading: mark.heading ?? 0, chosen: mark.chosen ?? false, pin: !['unit', 'stale', 'lost', 'berth'].includes(mark.kind) },
  })),
})

export const lined = (routes: [number, number][][]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: routes.map((coordinates) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} })),
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
const FONT = ['PingFang SC, Noto Sans CJK SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif']
const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }

export const style = (): StyleSpecification => ({
  version: 8,
  sources: {
    graticule: { type: 'geojson', data: graticule() },
    land: { type: 'geojson', data: '/api/v1/map/land', attribution: 'GSHHG 2.3.7 · WGS 84 · 不可用于航行 Not for navigation' },
    beyond: { type: 'geojson', data: beyond() },
    routes: { type: 'geojson', data: empty },
    marks: { type: 'geojson', data: empty },
  },
  layers: [
    { id: 'sea', type: 'background', paint: { 'background-color': '#d3e7f2' } },
    { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': '#b9d5e4', 'line-width': 0.7 } },
    { id: 'shallows', type: 'line', source: 'land', paint: { 'line-color': '#bfdcea', 'line-width': 10, 'line-blur': 6 } },
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': '#f5f1e6', 'fill-antialias': true } },
    { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': '#b5a67e', 'line-width': 1 } },
    { id: 'beyond', type: 'fill', source: 'beyond', paint: { 'fill-color': '#e6ecef' } },
    { id: 'routes-edge', type: 'line', source: 'routes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#fff', 'line-width': 7, 'line-opacity': 0.9 } },
    { id: 'routes', type: 'line', source: 'routes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#0b5c86', 'line-width': 3.5 } },
    { id: 'berths', type: 'circle', source: 'marks', filter: ['==', ['get', 'kind'], 'berth'], paint: { 'circle-color': '#fff', 'circle-radius': 4, 'circle-stroke-color': '#4d6472', 'circle-stroke-width': 2 } },
    { id: 'berth-names', type: 'symbol', source: 'marks', minzoom: 10.5, filter: ['==', ['get', 'kind'], 'berth'], layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 11, 'text-anchor': 'top', 'text-offset': [0, 0.6] }, paint: { 'text-color': '#4d6472', 'text-halo-color': '#fff', 'text-halo-width': 1.4 } },
    { id: 'chosen', type: 'circle', source: 'marks', filter: ['get', 'chosen'], paint: { 'circle-radius': 22, 'circle-color': '#ffb703', 'circle-opacity': 0.35, 'circle-stroke-color': '#ffb703', 'circle-stroke-width': 2 } },
    {
      id: 'marks', type: 'symbol', source: 'marks', filter: ['!=', ['get', 'kind'], 'berth'],
      layout: {
        'icon-image': ['get', 'kind'], 'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'icon-offset': ['case', ['get', 'pin'], ['literal', [0, -14]], ['literal', [0, 0]]],
        'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 13, 'text-anchor': 'top', 'text-offset': [0, 1.2], 'text-optional': true,
      },
      paint: { 'text-color': '#12212b', 'text-halo-color': '#fff', 'text-halo-width': 1.8 },
    },
  ],
})
