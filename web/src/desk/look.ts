// Light or dark, and how large: kept on the screen it was chosen for. `?look=dark` sets a wall up without a keyboard.
import { useEffect, useState } from 'react'

import { propertiesOf } from '../tokens/palette'
import { PALETTES, type Look } from './theme'

const KEPT = 'look'

function begin(): Look {
  const asked = new URLSearchParams(location.search).get('look') ?? localStorage.getItem(KEPT)
  return asked === 'dark' ? 'dark' : 'light'
}

/** The look, and how to change it; the tokens of the page follow while the desk is open. */
export function useLook(): [Look, (look: Look) => void] {
  const [look, setLook] = useState<Look>(begin)
  useEffect(() => {
    localStorage.setItem(KEPT, look)
    const root = document.documentElement
    const properties = propertiesOf(PALETTES[look])
    for (const [name, value] of properties) root.style.setProperty(name, value)
    root.style.colorScheme = look
    root.dataset.look = look
    return () => {
      for (const [name] of properties) root.style.removeProperty(name)
      root.style.colorScheme = ''
      delete root.dataset.look
    }
  }, [look])
  return [look, setLook]
}

/** Text size in px for the width of the screen: read from a chair, or from the other end of a hall. */
export function sizeFor(width: number, large: boolean): number {
  const size = width >= 3000 ? 24 : width >= 1900 ? 16 : 14
  return large ? Math.round(size * 1.3) : size
}

export function useSize(large: boolean): number {
  const [width, setWidth] = useState(() => window.innerWidth)
  useEffect(() => {
    const measure = () => setWidth(window.innerWidth)
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return sizeFor(width, large)
}
