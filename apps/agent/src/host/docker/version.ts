/** Which version of the API is spoken: the newest that both sides know. */

/** Docker 26. What engines change later they change for newer versions only. */
const NEWEST = 45;
/** Docker 20.10, Podman 4: the oldest that the tests are run on. */
const OLDEST = 41;

/** From the reply of `/version`: `v1.41`; or why it can not be, in words for the log. */
export function agreedVersion(told: unknown): { version: string } | { odd: string } {
  const { ApiVersion, MinAPIVersion } =
    typeof told === "object" && told !== null ? ({ ...told } as Record<string, unknown>) : {};
  const newest = minorOf(ApiVersion);
  if (newest === undefined) return { odd: "not an engine: its answer names no API version" };
  if (newest < OLDEST)
    return { odd: `speaks API 1.${newest}, and 1.${OLDEST} is the oldest that is understood` };
  const oldest = minorOf(MinAPIVersion) ?? 0;
  if (oldest > NEWEST)
    return { odd: `speaks API 1.${oldest} and newer, and 1.${NEWEST} is the newest that is understood` };
  return { version: `v1.${Math.min(newest, NEWEST)}` };
}

function minorOf(version: unknown): number | undefined {
  const [, minor] = typeof version === "string" ? (/^1\.(\d{1,3})$/.exec(version) ?? []) : [];
  return minor === undefined ? undefined : Number(minor);
}
