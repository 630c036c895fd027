// What regions and units are called at a desk, from the registers, to their ends.
import { useMemo } from 'react'

import { useSettings } from '../core/settings'
import type { Shape } from '../core/shapes'
import { useReadAll } from '../core/use'

export interface Named { id: string; name: string }
export interface Names { all: Named[]; of: (id: string) => string }

/** The entries of a register by their names; an id that is not known stands for itself. */
export function useRegister(register: 'jurisdictions' | 'units' | 'categories'): Names {
  const { language } = useSettings()
  const read = useReadAll<Shape<'EntryList'>['items'][number]>(`/api/v1/registers/${register}?limit=500`)
  return useMemo(() => {
    const all = (read.data?.items ?? []).map((one) => {
      const body = one.body as { name?: string; name_en?: string }
      return { id: one.id, name: (language === 'en' && body.name_en) || body.name || one.id }
    })
    const known = new Map(all.map((one) => [one.id, one.name]))
    return { all, of: (id) => known.get(id) ?? id }
  }, [read.data, language])
}
