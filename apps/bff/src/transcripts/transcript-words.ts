import { directionOf, toLanguage, type Language } from '@foyer/shared/protocol/languages'

interface TranscriptWords {
  readonly title: string
  /** Before the time zone all times are in. */
  readonly times: string
  readonly you: string
  readonly agent: string
  readonly bot: string
  readonly system: string
  readonly joined: (name: string) => string
  readonly left: (name: string) => string
  readonly ended: string
  readonly mayMiss: string
  /** There was a problem; what it was is for those who run the chat. */
  readonly interrupted: string
  readonly notSent: string
  readonly file: string
}

/** The words of a transcript, by language: those of the page (apps/web/src/text). */
const dictionary: Readonly<Record<Language, TranscriptWords>> = {
  en: {
    title: 'Chat transcript',
    times: 'All times',
    you: 'You',
    agent: 'Agent',
    bot: 'Assistant',
    system: 'Notice',
    joined: (name) => `${name} joined`,
    left: (name) => `${name} left`,
    ended: 'The chat has ended',
    mayMiss: 'Messages may be missing here',
    interrupted: 'The chat was interrupted',
    notSent: 'not sent',
    file: 'File',
  },
  de: {
    ...{
      title: 'Chatverlauf',
      times: 'Alle Zeiten',
      you: 'Sie',
      agent: 'Kundenservice',
      bot: 'Assistent',
      system: 'Hinweis',
    },
    joined: (name) => `${name} ist jetzt im Chat`,
    left: (name) => `${name} hat den Chat verlassen`,
    ended: 'Der Chat ist beendet',
    mayMiss: 'Hier können Nachrichten fehlen',
    interrupted: 'Der Chat war unterbrochen',
    notSent: 'nicht gesendet',
    file: 'Datei',
  },
  fr: {
    title: 'Transcription du chat',
    times: 'Heures',
    you: 'Vous',
    agent: 'Service client',
    bot: 'Assistant',
    system: 'Information',
    joined: (name) => `${name} a rejoint le chat`,
    left: (name) => `${name} a quitté le chat`,
    ended: 'Le chat est terminé',
    mayMiss: 'Des messages peuvent manquer ici',
    interrupted: 'Le chat a été interrompu',
    notSent: 'non envoyé',
    file: 'Fichier',
  },
  es: {
    title: 'Transcripción del chat',
    times: 'Horas',
    you: 'Usted',
    agent: 'Agente',
    bot: 'Asistente',
    system: 'Aviso',
    joined: (name) => `${name} se ha unido al chat`,
    left: (name) => `${name} ha salido del chat`,
    ended: 'El chat ha terminado',
    mayMiss: 'Es posible que aquí falten mensajes',
    interrupted: 'El chat se interrumpió',
    notSent: 'no enviado',
    file: 'Archivo',
  },
  pt: {
    title: 'Transcrição do chat',
    times: 'Horários',
    you: 'Você',
    agent: 'Atendente',
    bot: 'Assistente',
    system: 'Aviso',
    joined: (name) => `${name} entrou no chat`,
    left: (name) => `${name} saiu do chat`,
    ended: 'O chat foi encerrado',
    mayMiss: 'Podem faltar mensagens aqui',
    interrupted: 'O chat foi interrompido',
    notSent: 'não enviada',
    file: 'Arquivo',
  },
  it: {
    title: 'Trascrizione della chat',
    times: 'Orari',
    you: 'Lei',
    agent: 'Servizio clienti',
    bot: 'Assistente',
    system: 'Avviso',
    joined: (name) => `${name} è ora in chat`,
    left: (name) => `${name} ha lasciato la chat`,
    ended: 'La chat è terminata',
    mayMiss: 'Qui potrebbero mancare dei messaggi',
    interrupted: 'La chat è stata interrotta',
    notSent: 'non inviato',
    file: 'File',
  },
  nl: {
    title: 'Chatverslag',
    times: 'Alle tijden',
    you: 'U',
    agent: 'Medewerker',
    bot: 'Assistent',
    system: 'Melding',
    joined: (name) => `${name} neemt deel aan de chat`,
    left: (name) => `${name} heeft de chat verlaten`,
    ended: 'De chat is beëindigd',
    mayMiss: 'Hier kunnen berichten ontbreken',
    interrupted: 'De chat was onderbroken',
    notSent: 'niet verstuurd',
    file: 'Bestand',
  },
  pl: {
    title: 'Zapis czatu',
    times: 'Wszystkie godziny',
    you: 'Ty',
    agent: 'Konsultant',
    bot: 'Asystent',
    system: 'Informacja',
    joined: (name) => `${name} dołącza do czatu`,
    left: (name) => `${name} opuszcza czat`,
    ended: 'Czat został zakończony',
    mayMiss: 'Może tu brakować wiadomości',
    interrupted: 'Czat został przerwany',
    notSent: 'nie wysłano',
    file: 'Plik',
  },
  ja: {
    ...{
      title: 'チャットの記録',
      times: '時刻',
      you: 'あなた',
      agent: '担当者',
      bot: 'アシスタント',
      system: 'お知らせ',
    },
    joined: (name) => `${name}さんが参加しました`,
    left: (name) => `${name}さんが退出しました`,
    ended: 'チャットは終了しました',
    mayMiss: 'ここに表示されていないメッセージがある可能性があります',
    interrupted: 'チャットが中断しました',
    notSent: '未送信',
    file: 'ファイル',
  },
  zh: {
    title: '聊天记录',
    times: '时间',
    you: '您',
    agent: '客服',
    bot: '智能助手',
    system: '通知',
    joined: (name) => `${name}已加入聊天`,
    left: (name) => `${name}已离开聊天`,
    ended: '聊天已结束',
    mayMiss: '此处可能缺少消息',
    interrupted: '聊天曾中断',
    notSent: '未发送',
    file: '文件',
  },
  ar: {
    title: 'نص المحادثة',
    times: 'الأوقات',
    you: 'أنت',
    agent: 'خدمة العملاء',
    bot: 'المساعد الافتراضي',
    system: 'إشعار',
    joined: (name) => `انضم ${name} إلى المحادثة`,
    left: (name) => `غادر ${name} المحادثة`,
    ended: 'انتهت المحادثة',
    mayMiss: 'قد تكون هناك رسائل ناقصة هنا',
    interrupted: 'انقطعت المحادثة',
    notSent: 'لم تُرسل',
    file: 'ملف',
  },
  he: {
    title: 'תמליל השיחה',
    times: 'השעות',
    you: 'את/ה',
    agent: 'שירות הלקוחות',
    bot: 'העוזר הווירטואלי',
    system: 'הודעת מערכת',
    joined: (name) => `${name} כעת בשיחה`,
    left: (name) => `${name} כבר לא בשיחה`,
    ended: 'הצ׳אט הסתיים',
    mayMiss: 'ייתכן שחסרות כאן הודעות',
    interrupted: 'הצ׳אט נקטע',
    notSent: 'לא נשלחה',
    file: 'קובץ',
  },
}

/** The words, formats and direction for a guest's locale (BCP 47); English where the language is not among ours. */
export function transcriptLanguage(locale: string | undefined, timeZone: string) {
  const known = toLanguage(locale ?? '')
  const language = known ?? 'en'
  const format = new Intl.DateTimeFormat(known ? locale : 'en', { dateStyle: 'medium', timeStyle: 'medium', timeZone })
  return {
    language,
    direction: directionOf(language),
    words: dictionary[language],
    timeZone,
    time: (at: string) => format.format(new Date(at)),
  }
}
export type TranscriptLanguage = ReturnType<typeof transcriptLanguage>
