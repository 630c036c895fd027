// What the administration calls regions and units.
import { useRegister, type Named } from '../../desk/names'

export function useNames(): { regions: Named[]; units: Named[]; region: (code: string) => string; unit: (id: string) => string } {
  const [regions, units] = [useRegister('jurisdictions'), useRegister('units')]
  return { regions: regions.all, units: units.all, region: regions.of, unit: units.of }
}
