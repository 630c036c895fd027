// A signature drawn with a finger, kept as PNG.
import { useRef, useState, type PointerEvent } from 'react'

import { useSettings } from '../core/settings'

export function Signature({ label, known = '', onSign }: { label: string; known?: string; onSign: (name: string, image: Blob) => void }) {
  const { t } = useSettings()
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawing = useRef(false)
  const [drawn, setDrawn] = useState(false)
  const [name, setName] = useState(known)
  const at = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * 600, ((event.clientY - box.top) / box.height) * 200]
  }
  return (
    <div className="field">
      <label htmlFor={`name-${label}`}>{label}</label>
      <input id={`name-${label}`} placeholder={t('name')} value={name} onChange={(event) => setName(event.target.value)} />
      <canvas
        ref={canvas} width={600} height={200} aria-label={`${t('sign')} ${label}`}
        style={{ width: '100%', border: '1.5px dashed var(--line)', borderRadius: 10, touchAction: 'none', background: '#fff' }}
        onPointerDown={(event) => {
          drawing.current = true
          event.currentTarget.setPointerCapture(event.pointerId)
          const pen = canvas.current?.getContext('2d')
          pen?.beginPath()
          pen?.moveTo(...at(event))
        }}
        onPointerMove={(event) => {
          if (!drawing.current) return
          const pen = canvas.current?.getContext('2d')
          if (!pen) return
          pen.lineWidth = 4
          pen.lineCap = 'round'
          pen.strokeStyle = '#073b58'
          pen.lineTo(...at(event))
          pen.stroke()
          setDrawn(true)
        }}
        onPointerUp={() => (drawing.current = false)}
      />
      <div className="row">
        <button type="button" className="plain" onClick={() => { canvas.current?.getContext('2d')?.clearRect(0, 0, 600, 200); setDrawn(false) }}>{t('clear')}</button>
        <button type="button" className="primary grow" style={{ width: 'auto' }} disabled={!drawn || !name.trim()} onClick={() => canvas.current?.toBlob((image) => image && onSign(name.trim(), image), 'image/png')}>{t('sign')}</button>
      </div>
    </div>
  )
}
