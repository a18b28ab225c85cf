import type { InjectionKey } from 'vue'

/** Whether what is around a table has its numbers in a menu already. */
export const hasOwnMenu: InjectionKey<boolean> = Symbol('a menu with the numbers')
