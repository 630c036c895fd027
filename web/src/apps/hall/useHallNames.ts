// What codes are called: units, kinds, states, moves, clocks, places, as the packs and registers say.
import { useMemo } from 'react'

import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { WORDS, type Word } from '../../core/words'
import type { Form, Text } from '../../forms/model'
import type { Names } from '../../live/told'
import type { Diagram, Place, UnitView } from './model'

export interface HallNames { words: Names; places: Place[]; place: (id: string | null) => string }

export function useHallNames(units: UnitView[] | undefined): HallNames {
  const { language, t } = useSettings()
  const services = useRead<{ items: { form: Form }[] }>('/api/v1/services')
  const places = useRead<{ items: Place[] }>('/api/v1/map/places')
  const lifecycles = useRead<{ items: { lifecycle: string }[] }>('/api/v1/lifecycles')
  const first = lifecycles.data?.items[0]?.lifecycle
  const diagram = useRead<Diagram>(first ? `/api/v1/lifecycles/${first}` : null)
  return useMemo(() => {
    const choices = (services.data?.items ?? []).flatMap((service) => service.form.fields.flatMap((field) => [field, ...(field.fields ?? [])])).flatMap((field) => field.choices ?? [])
    const kinds = new Map<string, Text>(choices.map((choice) => [choice.code, choice.label]))
    const called = (from: { zh: string; en: string }[] | undefined, key: string, code: string) => from?.find((one) => (one as unknown as Record<string, string>)[key] === code)?.[language] ?? code
    const unit = (id: string) => {
      const known = units?.find((one) => one.id === id || `unit/${one.id}` === id)
      return known ? (language === 'zh' ? known.name : known.name_en || known.name) : id
    }
    const document = (kind: string) => (`doc_${kind}` in WORDS.zh ? t(`doc_${kind}` as Word) : kind)
    const all = places.data?.items ?? []
    return {
      words: {
        unit, document,
        kind: (code) => kinds.get(code)?.[language] ?? code,
        state: (code) => called(diagram.data?.states, 'state', code),
        move: (code) => called(diagram.data?.moves, 'move', code),
        clock: (code) => called(diagram.data?.clocks, 'clock', code),
      },
      places: all,
      place: (id) => {
        const known = all.find((one) => one.id === id)
        return known ? (language === 'zh' ? known.name : known.name_en || known.name) : (id ?? '')
      },
    }
  }, [services.data, places.data, diagram.data, units, language, t])
}
