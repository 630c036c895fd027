// Every figure again from the facts, side by side with what is shown.
import { Modal, Spin } from 'antd'

import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { text, unitOf, type Figure, type Proof } from './model'
import { BOARD_WORDS } from './words'

export function Prove({ query, figures, onClose }: { query: string; figures: Figure[]; onClose: () => void }) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const proof = useRead<Proof>(`/api/v1/board-proof?${query}`)
  const wrong = proof.data?.figures.filter((one) => !one.equal).length ?? 0
  return (
    <Modal open onCancel={onClose} footer={null} title={words.prove_title} width={680}>
      <p className="soft">{words.prove_help}</p>
      {proof.error && <Trouble error={proof.error} again={proof.again} />}
      {!proof.data && !proof.error && <div className="middle" style={{ padding: '2em' }} role="status"><Spin />{words.proving}</div>}
      {proof.data && (
        <>
          <p className={`note ${proof.data.equal ? 'good' : 'bad'}`} role="status"><strong>{proof.data.equal ? `✓ ${filled(words.proven, proof.data.facts.toLocaleString('en-US'), proof.data.figures.length)}` : `! ${filled(words.unproven, wrong)}`}</strong></p>
          <table>
            <thead><tr><th>{words.definition}</th><th className="right">{words.kept}</th><th className="right">{words.recomputed}</th><th /></tr></thead>
            <tbody>
              {proof.data.figures.map((one) => {
                const figure = figures.find((known) => known.id === one.id)
                const show = (value: number | null | undefined) => text(value, figure ? unitOf(figure.unit, figure.aggregate) : '', language)
                return <tr key={one.id}><td>{(language === 'zh' ? figure?.title_zh : figure?.title_en) ?? one.id}</td><td className="right numbers">{show(one.kept)}</td><td className="right numbers">{show(one.recomputed)}</td><td>{one.equal ? <span className="chip good">{words.equal}</span> : <span className="chip bad">{words.unequal}</span>}</td></tr>
              })}
            </tbody>
          </table>
        </>
      )}
    </Modal>
  )
}
