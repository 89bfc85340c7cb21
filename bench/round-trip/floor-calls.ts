/** The floor's calls of the Bot API: a bare `fetch` each. */
import * as z from "zod/mini";

const Polled = z.object({
  result: z.array(z.object({ update_id: z.int(), message: z.object({ chat: z.object({ id: z.int() }) }) })),
});

export async function call(root: string, method: string, params: object): Promise<unknown> {
  const response = await fetch(`${root}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return await response.json();
}

export async function nextUpdates(root: string, offset: number): Promise<z.infer<typeof Polled>["result"]> {
  return Polled.parse(await call(root, "getUpdates", { offset, limit: 100, timeout: 30 })).result;
}
