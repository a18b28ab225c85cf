import { contextBridge, ipcRenderer } from 'electron'

// The page makes a MessageChannel and hands one end here: its way to the contract. Nothing else of Electron reaches the page.
window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== 'rpc:connect') return
  const [port] = event.ports
  if (port) ipcRenderer.postMessage('rpc:connect', null, [port])
})
contextBridge.exposeInMainWorld('desktop', { platform: process.platform })
