/** One line in Indonesian and English. */
export interface Message { id: string; en: string }
