/** Why a hub could not be dialled, in words: the WebSocket API keeps the reason to itself, `fetch` does not. */

const PATIENCE_MS = 3_000;

/** Asks the hub's address over plain HTTP and tells what became of it. Never rejects. */
export async function diagnose(url: string): Promise<string> {
  const address = new URL("/health", url.replace(/^ws/, "http"));
  try {
    const response = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return `${address.host} answers HTTP ${response.status} but opens no WebSocket: is it a ServerEye hub?`;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error) {
      // A host with several addresses fails with one error for each, and no message of its own.
      const each = "errors" in cause && Array.isArray(cause.errors) ? cause.errors : [];
      const [first] = each.filter((one) => one instanceof Error);
      return cause.message || first?.message || cause.name;
    }
    return `no answer from ${address.host} within ${PATIENCE_MS / 1000} s`;
  }
}
