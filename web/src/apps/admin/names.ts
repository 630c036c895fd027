// Names of regions and units, from the registers.
import { useMemo } from 'react'

import { useSettings } from '../../core/settings'
import type { Shape } from '../../core/shapes'
import { useRead } from '../../core/use'

type Entries = Shape<'EntryList'>
export interface Named { id: string; name: string }

export function useNames(): { regions: Named[]; units: Named[]; region: (code: string) => string; unit: (id: string) => string } {
  const { language } = useSettings()
  const regions = useRead<Entries>('/api/v1/registers/jurisdictions?limit=500')
  const units = useRead<Entries>('/api/v1/registers/units?limit=500')
  return useMemo(() => {
    const named = (read: Entries | undefined): Named[] =>
      (read?.items ?? []).map((one) => {
        const body = one.body as { name?: string; name_en?: string }
        return { id: one.id, name: (language === 'en' && body.name_en) || body.name || one.id }
      })
    const [areas, teams] = [named(regions.data), named(units.data)]
    const finder = (all: Named[]) => {
      const known = new Map(all.map((one) => [one.id, one.name]))
      return (id: string) => known.get(id) ?? id
    }
    return { regions: areas, units: teams, region: finder(areas), unit: finder(teams) }
  }, [regions.data, units.data, language])
}
