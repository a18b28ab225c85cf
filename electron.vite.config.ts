import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'
import vue from '@vitejs/plugin-vue'

const root = import.meta.dirname

// The command line and the browser host run from their sources; built are the page and the engine of both hosts, and what Electron runs.
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          index: resolve(root, 'src/main/index.ts'),
          engine: resolve(root, 'src/main/engine/entry.ts'),
          worker: resolve(root, 'src/main/engine/worker.ts')
        },
        // Flat, so that what is shared finds the worker beside itself.
        output: { chunkFileNames: '[name]-[hash].js' }
      }
    }
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(root, 'src/preload/index.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    build: { minify: true, rolldownOptions: { input: { index: resolve(root, 'src/renderer/index.html') } } },
    plugins: [vue()]
  }
})
