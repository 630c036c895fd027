// Language and text size, kept on the device.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

import { WORDS, type Language, type Word } from './words'

interface Settings {
  language: Language
  large: boolean
  setLanguage: (language: Language) => void
  setLarge: (large: boolean) => void
  t: (word: Word) => string
  pick: (text: { zh: string; en: string } | null | undefined) => string
}

const Context = createContext<Settings | null>(null)

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (localStorage.getItem('language') === 'en' ? 'en' : 'zh'))
  const [large, setLarge] = useState(() => localStorage.getItem('large') === 'true')
  useEffect(() => {
    localStorage.setItem('language', language)
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  }, [language])
  useEffect(() => {
    localStorage.setItem('large', String(large))
    document.documentElement.dataset.size = large ? 'large' : 'normal'
  }, [large])
  const value = useMemo<Settings>(
    () => ({
      language, large, setLanguage, setLarge,
      t: (word) => WORDS[language][word],
      pick: (text) => (text ? text[language] : ''),
    }),
    [language, large],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useSettings(): Settings {
  const settings = useContext(Context)
  if (!settings) throw new Error('no SettingsProvider')
  return settings
}
