/** Where a VictoriaMetrics is, read from one address: a single one, or a cluster's two doors. */

export const VICTORIA_URL_FORMS =
  "victoriametrics://[user:password@]host[:8428][/prefix], or of a cluster " +
  "victoriametrics://[user:password@]vminsert[:8480],vmselect[:8481]/accountId; victoriametrics+https:// for TLS";

/** Addresses to which `/api/v1/...` is added, and those of `/health`; without a slash at the end. */
export interface VictoriaPlace {
  write: string;
  read: string;
  health: readonly string[];
  user: string;
  password: string;
}

const FORM =
  /^victoriametrics(?<tls>\+https)?:\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<first>[^,/@?#]+)(?:,(?<second>[^,/@?#]+))?(?<path>\/[^?#]*)?$/;

/** Undefined: it has none of the forms. */
export function victoriaPlace(address: string): VictoriaPlace | undefined {
  const { tls, user, password, first, second, path = "" } = FORM.exec(address)?.groups ?? {};
  if (first === undefined) return undefined;
  const scheme = tls === undefined ? "http" : "https";
  // A name behind TLS without a port is behind a proxy, at the scheme's own.
  const origin = (host: string, port: number) =>
    URL.parse(`${scheme}://${host}${/:\d+$/.test(host) || tls !== undefined ? "" : `:${port}`}`)?.origin;
  let login: Pick<VictoriaPlace, "user" | "password">;
  try {
    login = { user: decodeURIComponent(user ?? ""), password: decodeURIComponent(password ?? "") };
  } catch {
    // A percent sign that begins no escape.
    return undefined;
  }
  const folder = path.replace(/\/+$/, "");
  if (second === undefined) {
    const one = origin(first, 8428);
    if (one === undefined) return undefined;
    return { ...login, write: `${one}${folder}`, read: `${one}${folder}`, health: [`${one}${folder}`] };
  }
  const [insert, select] = [origin(first, 8480), origin(second, 8481)];
  const account = folder === "" ? "0" : folder.slice(1);
  if (insert === undefined || select === undefined || !/^\d{1,10}(:\d{1,10})?$/.test(account))
    return undefined;
  return {
    ...login,
    write: `${insert}/insert/${account}/prometheus`,
    read: `${select}/select/${account}/prometheus`,
    health: [insert, select],
  };
}

/** What of an address must never be written anywhere, also as it stands in it. */
export function victoriaSecrets(address: string): string[] {
  const written = FORM.exec(address)?.groups?.password ?? "";
  return [written, victoriaPlace(address)?.password ?? ""].filter((one) => one !== "");
}
