import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { findLeftTyping } from './components/kept-typing.ts'

// A field that comes up takes what was being typed into it, so that is looked for first.
void findLeftTyping().finally(() => createApp(App).use(createPinia()).mount('#app'))
