// A trend as small as a word. A gap is a day without a value.
export function Spark({ values, target, tall = 34 }: { values: (number | null)[]; target?: number | null; tall?: number }) {
  const known = values.filter((one): one is number => one !== null)
  if (known.length < 2) return <svg className="spark" viewBox={`0 0 100 ${tall}`} preserveAspectRatio="none" aria-hidden="true"><line x1="0" x2="100" y1={tall - 1} y2={tall - 1} className="spark-base" /></svg>
  const top = Math.max(...known, target ?? 0, 1)
  const low = Math.min(0, ...known)
  const y = (value: number) => 2 + (tall - 4) * (1 - (value - low) / (top - low || 1))
  const x = (place: number) => (values.length === 1 ? 50 : (100 * place) / (values.length - 1))
  let path = ''
  let pen = false
  values.forEach((value, place) => {
    if (value === null) pen = false
    else {
      path += `${pen ? 'L' : 'M'}${x(place).toFixed(2)} ${y(value).toFixed(2)}`
      pen = true
    }
  })
  const first = values.findIndex((one) => one !== null)
  const whole = values.every((one) => one !== null)
  return (
    <svg className="spark" viewBox={`0 0 100 ${tall}`} preserveAspectRatio="none" aria-hidden="true">
      {whole && <path d={`${path}L100 ${tall}L${x(first)} ${tall}Z`} className="spark-fill" />}
      {target !== null && target !== undefined && <line x1="0" x2="100" y1={y(target)} y2={y(target)} className="spark-target" vectorEffect="non-scaling-stroke" />}
      <path d={path} className="spark-line" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
