// What the board calls regions, units, categories and kinds.
import { useMemo } from 'react'

import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { useRegister, type Named } from '../../desk/names'

export interface BoardNames { regions: Named[]; units: Named[]; region: (code: string) => string; unit: (id: string) => string; category: (code: string) => string; kind: (code: string) => string }

interface Choice { code: string; label: { zh: string; en: string } }
interface Field { choices?: Choice[]; fields?: Field[] }

export function useNames(): BoardNames {
  const { language } = useSettings()
  const [regions, units, categories] = [useRegister('jurisdictions'), useRegister('units'), useRegister('categories')]
  const services = useRead<{ items: { form: { fields: Field[] } }[] }>('/api/v1/services')
  return useMemo(() => {
    const choices = (services.data?.items ?? []).flatMap((service) => service.form.fields.flatMap((field) => [field, ...(field.fields ?? [])])).flatMap((field) => field.choices ?? [])
    const kinds = new Map(choices.map((choice) => [choice.code, choice.label[language]]))
    return { regions: regions.all, units: units.all, region: regions.of, unit: units.of, category: categories.of, kind: (code) => kinds.get(code) ?? code }
  }, [regions, units, categories, services.data, language])
}
