/** The two ways a Bot API call fails (answered "no", or not answered) and what a "no" means; no token in any of them. */

/** Telegram answered "no". Times in seconds. */
export class ApiRefused extends Error {
  readonly code: number;
  readonly description: string;
  readonly retryAfter: number | undefined;
  readonly migratedTo: number | undefined;

  constructor(
    method: string,
    code: number,
    description: string,
    parameters: { retry_after?: number | undefined; migrate_to_chat_id?: number | undefined } = {},
  ) {
    super(`${method}: ${code} ${description}`);
    this.name = "ApiRefused";
    this.code = code;
    this.description = description;
    this.retryAfter = parameters.retry_after;
    this.migratedTo = parameters.migrate_to_chat_id;
  }
}

/** No answer came. `performed`: "no" when the request never reached Telegram, "maybe" when only its answer was lost. */
export class ApiUnreached extends Error {
  readonly performed: "no" | "maybe";

  constructor(method: string, reason: string, performed: "no" | "maybe") {
    super(`${method}: ${reason}`);
    this.name = "ApiUnreached";
    this.performed = performed;
  }
}

/** The bot token is wrong or was revoked: nothing helps but another token. */
export class TokenRefused extends Error {
  constructor(options?: ErrorOptions) {
    super(
      "Telegram refuses the bot token: look at TELEGRAM_BOT_TOKEN, or ask @BotFather for a new one",
      options,
    );
    this.name = "TokenRefused";
  }
}

/** What a 400 or 403 means to the one who sends. Telegram tells it in English words only. */
const meanings = {
  notModified: /message is not modified/i,
  /** The message is not there, or is not one that the bot may edit. */
  messageGone: /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i,
  /** A text does not take the place of a picture or file; on old servers a picture not that of a text either. */
  otherKind: /there is no (?:text|media|caption) in the message/i,
  /** The picture is refused, by the chat or as such; words may still be welcome. */
  pictureRefused:
    /IMAGE_PROCESS_FAILED|PHOTO_|not enough rights to send photos|CHAT_SEND_(?:PHOTOS|MEDIA)_FORBIDDEN|MEDIA_(?:EMPTY|INVALID)|wrong type of the web page content/i,
  deleteGone: /message to delete not found/i,
  topicGone: /message thread not found|TOPIC_(?:DELETED|CLOSED)/i,
  badMarkup: /can't parse entities|can't parse message text/i,
  pressTooOld: /query is too old|query id is invalid/i,
  /** Blocked, kicked, deleted account, never started, or no right to write. */
  shutOut:
    /chat not found|not enough rights(?! to send photos)|have no rights|CHAT_WRITE_FORBIDDEN|USER_IS_BLOCKED|PEER_ID_INVALID/i,
} as const;

export function means(error: unknown, meaning: keyof typeof meanings): error is ApiRefused {
  if (!(error instanceof ApiRefused)) return false;
  if (meaning === "shutOut" && error.code === 403) return true;
  if (meaning === "pictureRefused" && error.code === 413) return true;
  return error.code === 400 && meanings[meaning].test(error.description);
}

/** Tokens look like `123456:AA...`; also found when percent-encoded or inside a URL. */
const anyToken = /\d{5,}(?::|%3A)[\w-]{20,}/gi;

/** The text without the token, and without anything that looks like one. */
export function withoutToken(text: string, token: string): string {
  return text
    .replaceAll(token, "[token]")
    .replaceAll(encodeURIComponent(token), "[token]")
    .replace(anyToken, "[token]");
}
