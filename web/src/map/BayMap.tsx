// The map of the bay: coast and places as layers shipped with the pack, nothing from the internet unless an installation adds it.
import * as maplibregl from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useRef, useState } from 'react'

import { useSettings } from '../core/settings'
import { LIGHT, type Palette } from '../tokens/palette'
import { addSigns } from './icons'
import { isPin, lined, marked, style, type Mark } from './layers'
import { addGround, addOverlays, type MapLayer } from './sources'

export type { Mark } from './layers'
export type { MapLayer } from './sources'

maplibregl.setWorkerUrl(workerUrl)

interface Props {
  marks: Mark[]
  routes?: [number, number][][]
  tracks?: [number, number][][]
  centre?: [number, number]
  zoom?: number
  height?: number | string
  fit?: boolean
  onPick?: (lon: number, lat: number) => void
  onMark?: (id: string) => void
  label: string
  palette?: Palette
  clusters?: boolean
  scale?: number
  layers?: readonly MapLayer[]
  ground?: string
  /** Fly there when it changes. */
  focus?: [number, number] | null
}

const NONE: [number, number][][] = []

/** What stands for cases and units, one by one or as a crowd. */
const MARKS = ['cases', 'cases-crowd', 'units', 'units-crowd']

export function BayMap(props: Props) {
  const { centre = [121.65, 28.55], zoom = 9.4, height = 280, fit = false, label, marks, routes = NONE, tracks = NONE, palette = LIGHT, clusters = false, scale = 1, layers, ground = 'land', focus } = props
  const { t, language } = useSettings()
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<maplibregl.Map | null>(null)
  const latest = useRef(props)
  const [broken, setBroken] = useState(false)
  const [ready, setReady] = useState(0)
  useEffect(() => {
    latest.current = props
  })
  // The map is made once for a look and a language; what it shows follows below.
  useEffect(() => {
    const element = box.current
    if (!element) return
    let made: maplibregl.Map
    const was = kept.get(label)
    try {
      made = new maplibregl.Map({ container: element, center: was?.centre ?? latest.current.centre ?? centre, zoom: was?.zoom ?? latest.current.zoom ?? zoom, minZoom: 7, maxZoom: 17, style: style({ palette, language, clusters, scale }), attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false, fadeDuration: 0 })
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
      addSigns(made, palette)
      element.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show')
      setReady((value) => value + 1)
    })
    made.on('idle', () => {
      // How much vector land is on screen: a map whose worker is missing paints its background all the same.
      element.dataset.land = String(made.queryRenderedFeatures({ layers: ['land'] }).length)
      element.dataset.marks = String(made.queryRenderedFeatures({ layers: MARKS.filter((one) => made.getLayer(one)) }).length)
    })
    made.on('click', (event) => void pressed(made, event, latest.current))
    return () => {
      kept.set(label, { centre: made.getCenter().toArray(), zoom: made.getZoom() })
      made.remove()
      map.current = null
    }
     
  }, [palette, language, clusters, scale])
  useEffect(() => {
    if (map.current && ready) void addOverlays(map.current, layers)
  }, [ready, layers])
  useEffect(() => {
    if (map.current && ready) addGround(map.current, layers, ground)
  }, [ready, layers, ground])
  useEffect(() => {
    if (map.current && ready) show(map.current, marks)
  }, [ready, marks])
  useEffect(() => {
    const set = (name: string, ways: [number, number][][]) => (map.current?.getSource(name) as maplibregl.GeoJSONSource | undefined)?.setData(lined(ways))
    if (!ready) return
    set('routes', routes)
    set('tracks', tracks)
  }, [ready, routes, tracks])
  useEffect(() => {
    if (focus && map.current) map.current.easeTo({ center: focus, zoom: Math.max(map.current.getZoom(), 11.5), duration: 400 })
  }, [focus])
  const shown = marks.filter((mark) => mark.kind !== 'berth')
  // A boat that moves does not move the map; a new mark or route does.
  const extent = fit ? JSON.stringify([shown.map((mark) => mark.id), routes.map((route) => [route.length, route[0]])]) : ''
  useEffect(() => {
    const { marks: held, routes: ways = NONE } = latest.current
    const points: [number, number][] = [...held.filter((mark) => mark.kind !== 'berth').map((mark): [number, number] => [mark.lon, mark.lat]), ...ways.flat()]
    if (!extent || !map.current || points.length === 0) return
    const bounds = new maplibregl.LngLatBounds()
    for (const point of points) bounds.extend(point)
    map.current.fitBounds(bounds, { padding: 56, maxZoom: 13, duration: 0 })
  }, [extent])
  if (broken) return <div className="map broken" style={{ height }} role="img" aria-label={label}>{t('map_missing')}</div>
  return <div className="map" style={{ height }} ref={box} role="application" aria-label={label} />
}

// Where a map stood before its look changed.
const kept = new Map<string, { centre: [number, number]; zoom: number }>()

/** A press opens a sign, or goes into a crowd until it comes apart. */
async function pressed(map: maplibregl.Map, event: maplibregl.MapMouseEvent, props: Props): Promise<void> {
  const { x, y } = event.point
  const reach: [[number, number], [number, number]] = [[x - 10, y - 10], [x + 10, y + 10]]
  const layers = ['cases-crowd', 'units-crowd', 'cases', 'units', 'berths'].filter((id) => map.getLayer(id))
  const hit = map.queryRenderedFeatures(reach, { layers })[0]
  if (hit && hit.layer.id.endsWith('-crowd')) {
    const source = map.getSource(hit.source) as maplibregl.GeoJSONSource
    const zoom = await source.getClusterExpansionZoom(Number(hit.properties['cluster_id']))
    map.easeTo({ center: (hit.geometry as unknown as { coordinates: [number, number] }).coordinates, zoom: Math.min(zoom, 16), duration: 300 })
    return
  }
  const id = hit ? (hit.properties['id'] as string | undefined) : undefined
  if (id && props.onMark) props.onMark(id)
  else props.onPick?.(event.lngLat.lng, event.lngLat.lat)
}

interface Told { cases: Mark[]; units: Mark[]; places: Mark[]; chosen: Mark[] }
const before = new WeakMap<maplibregl.Map, Record<keyof Told, string>>()

/** Tell the map what has changed: a source whose marks are the same is left alone. */
function show(map: maplibregl.Map, marks: Mark[]): void {
  const told: Told = { cases: marks.filter(isPin), units: marks.filter((mark) => !isPin(mark) && mark.kind !== 'berth'), places: marks.filter((mark) => mark.kind === 'berth'), chosen: marks.filter((mark) => mark.chosen) }
  const was = before.get(map) ?? { cases: '', units: '', places: '', chosen: '' }
  const now = { ...was }
  for (const name of Object.keys(told) as (keyof Told)[]) {
    const data = marked(told[name])
    const written = JSON.stringify(data.features)
    if (written === was[name]) continue
    now[name] = written
    ;(map.getSource(name) as maplibregl.GeoJSONSource | undefined)?.setData(data)
  }
  before.set(map, now)
}
