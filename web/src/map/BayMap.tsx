// The map of the bay: coast and places as layers shipped with the pack, nothing from the internet. WGS 84.
import * as maplibregl from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useRef, useState } from 'react'

import { useSettings } from '../core/settings'
import { addSigns } from './icons'
import { lined, marked, style, type Mark } from './layers'

export type { Mark } from './layers'

maplibregl.setWorkerUrl(workerUrl)

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

export function BayMap({ marks, routes = [], centre = [121.65, 28.55], zoom = 9.4, height = 280, fit = false, onPick, onMark, label }: Props) {
  const { t } = useSettings()
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<maplibregl.Map | null>(null)
  const latest = useRef({ marks, routes, onPick, onMark, centre, zoom })
  const [broken, setBroken] = useState(false)
  useEffect(() => {
    latest.current = { marks, routes, onPick, onMark, centre, zoom }
  })
  // The map is made once; what it shows follows below.
  useEffect(() => {
    const element = box.current
    if (!element) return
    let made: maplibregl.Map
    try {
      made = new maplibregl.Map({ container: element, center: latest.current.centre, zoom: latest.current.zoom, minZoom: 7, maxZoom: 17, style: style(), attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false, fadeDuration: 0 })
    } catch {
      // No WebGL on this device: the words beside the map say the same.
      setBroken(true)
      return
    }
    map.current = made
    made.touchZoomRotate.disableRotation()
    made.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right')
    made.addControl(new maplibregl.ScaleControl({ unit: 'nautical' }), 'bottom-left')
    made.on('load', () => {
      addSigns(made)
      element.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show')
      show(made, latest.current.marks, latest.current.routes)
    })
    made.on('idle', () => {
      // How much vector land is on screen: a map whose worker is missing paints its background all the same.
      element.dataset.land = String(made.queryRenderedFeatures({ layers: ['land'] }).length)
      element.dataset.marks = String(made.queryRenderedFeatures({ layers: ['marks'] }).length)
    })
    made.on('click', (event) => {
      const { x, y } = event.point
      const hit = made.getLayer('marks') && made.queryRenderedFeatures([[x - 10, y - 10], [x + 10, y + 10]], { layers: ['marks', 'berths'] })[0]
      const id = hit ? (hit.properties['id'] as string | undefined) : undefined
      if (id && latest.current.onMark) latest.current.onMark(id)
      else latest.current.onPick?.(event.lngLat.lng, event.lngLat.lat)
    })
    return () => {
      made.remove()
      map.current = null
    }
  }, [])
  useEffect(() => {
    if (map.current) show(map.current, marks, routes)
  }, [marks, routes])
  const shown = marks.filter((mark) => mark.kind !== 'berth')
  // A boat that moves does not move the map; a new mark or route does.
  const extent = fit ? JSON.stringify([shown.map((mark) => mark.id), routes.map((route) => [route.length, route[0]])]) : ''
  useEffect(() => {
    const { marks: held, routes: ways } = latest.current
    const points: [number, number][] = [...held.filter((mark) => mark.kind !== 'berth').map((mark): [number, number] => [mark.lon, mark.lat]), ...ways.flat()]
    if (!extent || !map.current || points.length === 0) return
    const bounds = new maplibregl.LngLatBounds()
    for (const point of points) bounds.extend(point)
    map.current.fitBounds(bounds, { padding: 56, maxZoom: 13, duration: 0 })
  }, [extent])
  if (broken) return <div className="map broken" style={{ height }} role="img" aria-label={label}>{t('map_missing')}</div>
  return <div className="map" style={{ height }} ref={box} role="application" aria-label={label} />
}

function show(map: maplibregl.Map, marks: Mark[], routes: [number, number][][]): void {
  ;(map.getSource('marks') as maplibregl.GeoJSONSource | undefined)?.setData(marked(marks))
  ;(map.getSource('routes') as maplibregl.GeoJSONSource | undefined)?.setData(lined(routes))
}
