/** The page: the built files of the web app, with long caching for what carries a hash in its name. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

export async function pageRoutes(app: FastifyInstance, folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, "index.html"))) {
    app.get("/", async (_request, reply) =>
      reply
        .type("text/plain; charset=utf-8")
        .send("ServerEye runs. Its page was not built: chat with npx servereye chat.\n"),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    index: ["index.html"],
    cacheControl: false,
    // The build lays compressed doubles beside its files: a phone loads a third.
    preCompressed: true,
    setHeaders: (reply, path) => {
      const hashed = /[/\\]assets[/\\]/.test(path);
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
