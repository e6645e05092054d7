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
  readonly notSent: string
  readonly file: string
}

/** The words of a transcript, by language. */
const dictionary: Readonly<Record<string, TranscriptWords>> = {
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
    notSent: 'not sent',
    file: 'File',
  },
  de: {
    ...{
      title: 'Chatverlauf',
      times: 'Alle Zeiten',
      you: 'Sie',
      agent: 'Berater',
      bot: 'Assistent',
      system: 'Hinweis',
    },
    joined: (name) => `${name} ist dabei`,
    left: (name) => `${name} ist gegangen`,
    ended: 'Der Chat ist beendet',
    notSent: 'nicht gesendet',
    file: 'Datei',
  },
  fr: {
    title: 'Transcription du chat',
    times: 'Heures',
    you: 'Vous',
    agent: 'Conseiller',
    bot: 'Assistant',
    system: 'Avis',
    joined: (name) => `${name} a rejoint le chat`,
    left: (name) => `${name} a quitté le chat`,
    ended: 'Le chat est terminé',
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
    joined: (name) => `${name} se ha unido`,
    left: (name) => `${name} ha salido`,
    ended: 'El chat ha terminado',
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
    joined: (name) => `${name} entrou`,
    left: (name) => `${name} saiu`,
    ended: 'O chat terminou',
    notSent: 'não enviado',
    file: 'Arquivo',
  },
  it: {
    title: 'Trascrizione della chat',
    times: 'Orari',
    you: 'Lei',
    agent: 'Operatore',
    bot: 'Assistente',
    system: 'Avviso',
    joined: (name) => `${name} si è unito`,
    left: (name) => `${name} è uscito`,
    ended: 'La chat è terminata',
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
    joined: (name) => `${name} neemt deel`,
    left: (name) => `${name} is weg`,
    ended: 'De chat is beëindigd',
    notSent: 'niet verzonden',
    file: 'Bestand',
  },
  pl: {
    title: 'Zapis czatu',
    times: 'Wszystkie godziny',
    you: 'Ty',
    agent: 'Konsultant',
    bot: 'Asystent',
    system: 'Informacja',
    joined: (name) => `${name} dołącza`,
    left: (name) => `${name} wychodzi`,
    ended: 'Czat został zakończony',
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
    notSent: '未送信',
    file: 'ファイル',
  },
  zh: {
    title: '聊天记录',
    times: '时间',
    you: '您',
    agent: '客服',
    bot: '助手',
    system: '通知',
    joined: (name) => `${name}已加入`,
    left: (name) => `${name}已离开`,
    ended: '聊天已结束',
    notSent: '未发送',
    file: '文件',
  },
  ar: {
    title: 'نص المحادثة',
    times: 'الأوقات',
    you: 'أنت',
    agent: 'الموظف',
    bot: 'المساعد',
    system: 'إشعار',
    joined: (name) => `انضم ${name}`,
    left: (name) => `غادر ${name}`,
    ended: 'انتهت المحادثة',
    notSent: 'لم يُرسل',
    file: 'ملف',
  },
  he: {
    title: 'תמליל השיחה',
    times: 'השעות',
    you: 'את/ה',
    agent: 'נציג',
    bot: 'עוזר',
    system: 'הודעה',
    joined: (name) => `${name} בשיחה`,
    left: (name) => `${name} יצא/ה מהשיחה`,
    ended: 'השיחה הסתיימה',
    notSent: 'לא נשלח',
    file: 'קובץ',
  },
}

/** The words, formats and direction for a guest's locale (BCP 47); English where the language is not among ours. */
export function transcriptLanguage(locale: string | undefined, timeZone: string) {
  const [language = ''] = (locale ?? '').toLowerCase().split('-', 1)
  const words = dictionary[language]
  const format = new Intl.DateTimeFormat(words && isLocale(locale) ? locale : 'en', {
    ...({ dateStyle: 'medium', timeStyle: 'medium', timeZone } as const),
  })
  return {
    language: words ? language : 'en',
    direction: language === 'ar' || language === 'he' ? 'rtl' : 'ltr',
    words: words ?? (dictionary['en'] as TranscriptWords), // It stands above.
    timeZone,
    time: (at: string) => format.format(new Date(at)),
  }
}
export type TranscriptLanguage = ReturnType<typeof transcriptLanguage>

function isLocale(locale: string | undefined): locale is string {
  try {
    return locale !== undefined && Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0
  } catch {
    return false // Intl knows no such tag.
  }
}
