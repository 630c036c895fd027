// What regions, units and categories are called, from the registers.
import { useMemo } from 'react'

import { useSettings } from '../../core/settings'
import type { Shape } from '../../core/shapes'
import { useRead } from '../../core/use'

type Entries = Shape<'EntryList'>
export interface Named { id: string; name: string }
export interface BoardNames { regions: Named[]; units: Named[]; region: (code: string) => string; unit: (id: string) => string; category: (code: string) => string; kind: (code: string) => string }

interface Choice { code: string; label: { zh: string; en: string } }
interface Field { choices?: Choice[]; fields?: Field[] }

export function useNames(): BoardNames {
  const { language } = useSettings()
  const regions = useRead<Entries>('/api/v1/registers/jurisdictions?limit=500')
  const units = useRead<Entries>('/api/v1/registers/units?limit=500')
  const categories = useRead<Entries>('/api/v1/registers/categories?limit=500')
  const services = useRead<{ items: { form: { fields: Field[] } }[] }>('/api/v1/services')
  return useMemo(() => {
    const named = (read: Entries | undefined): Named[] =>
      (read?.items ?? []).map((one) => {
        const body = one.body as { name?: string; name_en?: string }
        return { id: one.id, name: (language === 'en' && body.name_en) || body.name || one.id }
      })
    const finder = (all: Named[]) => {
      const known = new Map(all.map((one) => [one.id, one.name]))
      return (id: string) => known.get(id) ?? id
    }
    const choices = (services.data?.items ?? []).flatMap((service) => service.form.fields.flatMap((field) => [field, ...(field.fields ?? [])])).flatMap((field) => field.choices ?? [])
    const kinds = new Map(choices.map((choice) => [choice.code, choice.label[language]]))
    return {
      regions: named(regions.data), units: named(units.data),
      region: finder(named(regions.data)), unit: finder(named(units.data)), category: finder(named(categories.data)),
      kind: (code) => kinds.get(code) ?? code,
    }
  }, [regions.data, units.data, categories.data, services.data, language])
}
