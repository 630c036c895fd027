// The map of the bay: coast and places as layers shipped with the pack, nothing from the internet. WGS 84.
import * as maplibregl from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useRef } from 'react'

maplibregl.setWorkerUrl(workerUrl)

export interface Mark {
  id: string
  lon: number
  lat: number
  kind: 'unit' | 'stale' | 'case' | 'late' | 'berth' | 'picked'
  label?: string
}

interface Props {
  marks: Mark[]
  routes?: [number, number][][]
  centre?: [number, number]
  zoom?: number
  height?: number | string
  fit?: boolean
  onPick?: (lon: number, lat: number) => void
  onMark?: (id: string) => void
  label: string
}

const COLOURS: Record<Mark['kind'], string> = { unit: '#0b5c86', stale: '#8aa0ac', case: '#1a7f4b', late: '#b3261e', berth: '#5d7a8a', picked: '#b35c00' }

const points = (marks: Mark[]) => ({
  type: 'FeatureCollection' as const,
  features: marks.map((mark) => ({
    type: 'Feature' as const,
    id: undefined,
    geometry: { type: 'Point' as const, coordinates: [mark.lon, mark.lat] },
    properties: { id: mark.id, colour: COLOURS[mark.kind], radius: mark.kind === 'berth' ? 4 : 8, label: mark.label ?? '' },
  })),
})

const lines = (routes: [number, number][][]) => ({
  type: 'FeatureCollection' as const,
  features: routes.map((coordinates) => ({ type: 'Feature' as const, geometry: { type: 'LineString' as const, coordinates }, properties: {} })),
})

export function BayMap({ marks, routes = [], centre = [121.55, 28.6], zoom = 9.5, height = 280, fit = false, onPick, onMark, label }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<maplibregl.Map | null>(null)
  const latest = useRef({ marks, routes, onPick, onMark })
  useEffect(() => {
    latest.current = { marks, routes, onPick, onMark }
  })
  useEffect(() => {
    if (!box.current) return
    const made = new maplibregl.Map({
      container: box.current,
      center: centre,
      zoom,
      attributionControl: { compact: true, customAttribution: 'GSHHG 2.3.7 · WGS 84 · 不可用于航行 Not for navigation' },
      style: {
        version: 8,
        sources: {
          land: { type: 'geojson', data: '/api/v1/map/land' },
          marks: { type: 'geojson', data: points([]) },
          routes: { type: 'geojson', data: lines([]) },
        },
        layers: [
          { id: 'sea', type: 'background', paint: { 'background-color': '#cfe4f0' } },
          { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': '#f3efe3' } },
          { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': '#b9ab84', 'line-width': 1 } },
          { id: 'routes', type: 'line', source: 'routes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#0b5c86', 'line-width': 4, 'line-opacity': 0.75 } },
          { id: 'marks', type: 'circle', source: 'marks', paint: { 'circle-color': ['get', 'colour'], 'circle-radius': ['get', 'radius'], 'circle-stroke-color': '#fff', 'circle-stroke-width': 2 } },
        ],
      },
    })
    map.current = made
    made.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right')
    const show = () => {
      ;(made.getSource('marks') as maplibregl.GeoJSONSource | undefined)?.setData(points(latest.current.marks))
      ;(made.getSource('routes') as maplibregl.GeoJSONSource | undefined)?.setData(lines(latest.current.routes))
    }
    made.on('load', show)
    made.on('click', (event) => {
      const hit = made.queryRenderedFeatures(event.point, { layers: ['marks'] })[0]
      const id = hit?.properties?.['id'] as string | undefined
      if (id && latest.current.onMark) latest.current.onMark(id)
      else latest.current.onPick?.(event.lngLat.lng, event.lngLat.lat)
    })
    return () => {
      made.remove()
      map.current = null
    }
    // The map is made once; what it shows follows below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  useEffect(() => {
    const made = map.current
    if (!made?.isStyleLoaded()) return
    ;(made.getSource('marks') as maplibregl.GeoJSONSource | undefined)?.setData(points(marks))
    ;(made.getSource('routes') as maplibregl.GeoJSONSource | undefined)?.setData(lines(routes))
  }, [marks, routes])
  const shown = marks.filter((mark) => mark.kind !== 'berth')
  const extent = fit ? JSON.stringify([...shown.map((mark) => [mark.lon.toFixed(2), mark.lat.toFixed(2)])]) : ''
  useEffect(() => {
    if (!fit || !map.current || shown.length === 0) return
    const bounds = new maplibregl.LngLatBounds()
    for (const mark of shown) bounds.extend([mark.lon, mark.lat])
    for (const route of routes) for (const point of route) bounds.extend(point)
    map.current.fitBounds(bounds, { padding: 48, maxZoom: 13.5, duration: 0 })
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [extent, routes.length])
  return <div className="map" style={{ height }} ref={box} role="application" aria-label={label} />
}
