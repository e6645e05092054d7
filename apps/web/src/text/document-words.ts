import type { Language } from '@foyer/shared/protocol/languages'
import { englishTitle } from './en.ts'

interface DocumentWords {
  readonly title: string
  /** For a browser that runs no script. */
  readonly noScript: string
}

/** What is read in the document itself, outside the page that is drawn into it. No script has to carry it. */
export const documentWords: Readonly<Record<Language, DocumentWords>> = {
  en: {
    title: englishTitle,
    noScript: 'This chat needs JavaScript. Please switch it on and reload the page.',
  },
  de: {
    title: 'Chat',
    noScript: 'Für diesen Chat wird JavaScript benötigt. Bitte aktivieren Sie es und laden Sie die Seite neu.',
  },
  fr: { title: 'Chat', noScript: 'Ce chat nécessite JavaScript. Veuillez l’activer, puis recharger la page.' },
  es: { title: 'Chat', noScript: 'Este chat necesita JavaScript. Actívelo y vuelva a cargar la página.' },
  pt: { title: 'Chat', noScript: 'Este chat precisa do JavaScript. Ative-o e recarregue a página.' },
  it: { title: 'Chat', noScript: 'Questa chat richiede JavaScript. Lo attivi e ricarichi la pagina.' },
  nl: { title: 'Chat', noScript: 'Voor deze chat is JavaScript nodig. Schakel het in en laad de pagina opnieuw.' },
  pl: { title: 'Czat', noScript: 'Ten czat wymaga JavaScriptu. Prosimy go włączyć i odświeżyć stronę.' },
  ja: {
    title: 'チャット',
    noScript: 'このチャットのご利用にはJavaScriptが必要です。有効にしてから、ページを再読み込みしてください。',
  },
  zh: { title: '在线聊天', noScript: '使用此聊天需要启用 JavaScript。请启用后重新加载页面。' },
  ar: { title: 'الدردشة', noScript: 'تتطلب هذه الدردشة تفعيل JavaScript. يُرجى تفعيله ثم إعادة تحميل الصفحة.' },
  he: { title: 'צ׳אט', noScript: 'כדי להשתמש בצ׳אט יש להפעיל JavaScript. נא להפעיל אותו ולטעון מחדש את הדף.' },
}
