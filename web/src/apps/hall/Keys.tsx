// All keys on one page, with what the chosen case takes now.
import { Modal } from 'antd'

import type { Action } from '../../actions/action'
import { useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { HALL } from './words'

export function Keys({ actions, onClose }: { actions: readonly Action[]; onClose: () => void }) {
  const { language } = useSettings()
  const words = useWords(HALL)
  const rows: [string, string][] = [
    ['Ctrl K', words.key_palette], ['J / K', words.key_next], ['Esc', words.key_open], ['X', words.key_select], ['A', words.select_all], ['/', words.key_search], ['1 – 6', words.key_filter], ['B', words.key_replay], ['H', words.key_dock], ['S', words.key_sound], ['?', words.key_help],
  ]
  return (
    <Modal open title={words.keys_title} footer={null} onCancel={onClose} width="36em">
      <dl className="keys-list">
        {rows.map(([key, text]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{text}</dd></div>)}
        {actions.filter((action) => action.key).map((action) => <div key={action.id}><dt><kbd>{action.key?.toUpperCase()}</kbd></dt><dd>{action.words[language]}</dd></div>)}
      </dl>
    </Modal>
  )
}
