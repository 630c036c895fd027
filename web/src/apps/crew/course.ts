// Where the work stands: what the platform knows of it and what this device has done since, as one picture.
import type { Waiting } from '../../core/queue'
import type { CrewJob, KindDemand, Line, Measure, Quantity, Sheet, Unit } from './model'

export const STEPS = ['offer', 'set_out', 'way', 'photo', 'weigh', 'sign', 'finish'] as const
export type Step = (typeof STEPS)[number] | 'done' | 'over'

export interface LineWork {
  line: Line
  declared: boolean
  measures: Measure[]
  refusal: string | null
}

export interface Work {
  job: CrewJob
  state: string
  alongside: 'no' | 'claimed' | 'evidenced'
  lines: LineWork[]
  photos: Record<string, number>
  signed: string[]
}

const AFTER: Record<string, string> = { accept: 'accepted', decline: 'declined', 'set-out': 'under_way', abort: 'aborted', complete: 'done' }

/** The sheet with everything that waits on this device laid over it; what was refused has no effect. */
export function workOf(sheet: Sheet, waiting: Waiting[]): Work {
  const { job } = sheet
  const orders = waiting.filter((one) => one.about === job.job_id && one.state === 'waiting')
  let state = job.state
  let claimed = job.claimed_at !== null
  const measures: Measure[] = sheet.measures.filter((one) => one.counts)
  const refusals = new Map(sheet.refused.map((one) => [one.line_id, one.reason]))
  const kinds = new Map([...sheet.refused, ...measures].map((one) => [one.line_id, one.kind]))
  const photos: Record<string, number> = {}
  for (const one of sheet.evidence) photos[one.label] = (photos[one.label] ?? 0) + 1
  const signed = sheet.signatures.map((one) => one.party)
  for (const { verb, body } of orders) {
    const line_id = String(body['line_id'] ?? '')
    const kind = String(body['kind'] ?? '')
    if (verb === 'arrive') claimed = true
    else if (verb === 'evidence') photos[String(body['label'])] = (photos[String(body['label'])] ?? 0) + 1
    else if (verb === 'signatures') signed.push(String(body['party']))
    else if (verb === 'refusals') {
      refusals.set(line_id, String(body['reason']))
      kinds.set(line_id, kind)
    } else if (verb === 'collections') {
      const made: Measure = {
        line_id, kind, container_id: String(body['container_id'] ?? ''), version: Number(body['corrects'] ?? 0) + 1,
        quantity: body['quantity'] as Quantity, tare_g: (body['tare_g'] as number | undefined) ?? null, gross_g: (body['gross_g'] as number | undefined) ?? null,
      }
      const place = measures.findIndex((one) => one.line_id === line_id && one.container_id === made.container_id)
      if (place >= 0) measures[place] = made
      else measures.push(made)
      kinds.set(line_id, kind)
    } else state = AFTER[verb] ?? state
  }
  const declared = new Set(job.lines.map((line) => line.line_id))
  const added = [...kinds].filter(([line_id]) => !declared.has(line_id))
  const all = [
    ...job.lines.map((line) => ({ line, declared: true })),
    ...added.map(([line_id, kind]) => ({ line: { line_id, kind, group: '', amount: 0, unit: 'g' as Unit, density_kg_m3: null }, declared: false })),
  ]
  return {
    job, state, photos, signed,
    alongside: job.arrived_at !== null ? 'evidenced' : claimed ? 'claimed' : 'no',
    lines: all.map((one) => ({ ...one, measures: measures.filter((each) => each.line_id === one.line.line_id), refusal: refusals.get(one.line.line_id) ?? null })),
  }
}

export const isOpen = (one: LineWork) => one.measures.length === 0 && one.refusal === null

/** Labels of evidence that is still missing. */
export function missingPhotos(work: Work): string[] {
  return work.job.demands.evidence.filter((one) => (work.photos[one.label] ?? 0) < one.min).map((one) => one.label)
}

export function missingSignatures(work: Work): string[] {
  return work.job.demands.signatures.filter((party) => !work.signed.includes(party))
}

/** The one thing to do next. `rest` says that the crew leave the open lines for another time. */
export function stepOf(work: Work, rest = false): Step {
  if (work.state === 'offered') return 'offer'
  if (work.state === 'done') return 'done'
  if (!['accepted', 'under_way', 'on_scene'].includes(work.state)) return 'over'
  if (work.alongside === 'no') return work.state === 'accepted' ? 'set_out' : 'way'
  if (missingPhotos(work).length) return 'photo'
  const counted = work.lines.filter((one) => !isOpen(one)).length
  const needed = Math.max(1, work.job.demands.measures_min)
  if (counted < needed || (!rest && work.lines.some(isOpen))) return 'weigh'
  if (missingSignatures(work).length) return 'sign'
  return 'finish'
}

/** In which units a kind may be measured: what the scene says, else what was declared. */
export function unitsFor(kind: string, work: Work, line?: Line): Unit[] {
  const demand: KindDemand | undefined = work.job.demands.kinds[kind]
  if (demand?.units.length) return demand.units
  return line && line.unit !== 'g' ? [line.unit, 'g'] : ['g']
}

export interface Reading { unit: Unit; gross: string; tare: string; volume: string; instrument: string; calibrated: string }

const thousandths = (text: string): number | null => (/^\d{1,7}(\.\d{1,3})?$/.test(text.trim()) ? Math.round(Number(text) * 1000) : null)

/** What a scale or meter showed, as the platform takes it; `null` while it cannot be right. */
export function measured(reading: Reading, line: Line): { quantity: Quantity; gross_g?: number; tare_g?: number } | null {
  if (!reading.instrument.trim() || !reading.calibrated) return null
  const instrument = { density_kg_m3: line.density_kg_m3, instrument_id: reading.instrument.trim(), calibrated_on: reading.calibrated }
  if (reading.unit === 'ml') {
    const amount = thousandths(reading.volume)
    return amount ? { quantity: { amount, unit: 'ml', basis: 'metered', ...instrument } } : null
  }
  const gross_g = thousandths(reading.gross)
  const tare_g = thousandths(reading.tare || '0')
  if (gross_g === null || tare_g === null || gross_g <= tare_g) return null
  return { quantity: { amount: gross_g - tare_g, unit: 'g', basis: 'weighed', ...instrument }, gross_g, tare_g }
}

/** Metres left of a route from where the unit is: to its nearest leg, then along the rest. */
export function metresLeft(points: [number, number][], lon: number, lat: number): number {
  const across = 111_320 * Math.cos((lat * Math.PI) / 180)
  const flat = points.map(([x, y]) => [(x - lon) * across, (y - lat) * 110_574] as const)
  let best = Infinity
  let left = 0
  for (let leg = flat.length - 1; leg > 0; leg -= 1) {
    const [ax, ay] = flat[leg - 1] ?? [0, 0]
    const [bx, by] = flat[leg] ?? [0, 0]
    const length = Math.hypot(bx - ax, by - ay)
    const share = length ? Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / (length * length))) : 0
    const away = Math.hypot(ax + share * (bx - ax), ay + share * (by - ay))
    if (away < best) {
      best = away
      left = away + length * (1 - share) + flat.slice(leg).reduce((sum, [x, y], place, rest) => {
        const [nx, ny] = rest[place + 1] ?? [x, y]
        return sum + Math.hypot(nx - x, ny - y)
      }, 0)
    }
  }
  return points.length > 1 ? left : 0
}
