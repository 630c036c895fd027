import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: { outDir: '../src/tidehub/static', emptyOutDir: true, chunkSizeWarningLimit: 1500, target: 'es2022' },
  server: { proxy: { '/api': 'http://127.0.0.1:8310', '/v': 'http://127.0.0.1:8310' } },
})
