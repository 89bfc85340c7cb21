/** Files in calls: uploads, files that Telegram already has, and what it refuses. */
import { randomUUID } from "node:crypto";
import type { Media } from "../message.ts";
import type { Params, Upload } from "../params.ts";
import { badRequest, Refusal } from "../refusal.ts";
import type { World } from "../world.ts";

const megabyte = 1024 * 1024;

/** Largest uploads in bytes, as the Bot API documents them. */
const largest = { document: 50 * megabyte, photo: 10 * megabyte };

/** The file of a call: an upload by that name, `attach://name`, or the id of a file sent before. Throws `Refusal`. */
export function readMedia(
  world: World,
  params: Params,
  kind: "document" | "photo",
  given = params.text(kind),
): Media {
  const upload = params.files.get(given.startsWith("attach://") ? given.slice("attach://".length) : kind);
  if (upload) return kept(world, kind, upload);
  if (given === "") throw badRequest(`there is no ${kind} in the request`);
  const known = world.chats.files.get(given);
  if (!known) throw badRequest("wrong file identifier/HTTP URL specified");
  return known;
}

function kept(world: World, kind: "document" | "photo", upload: Upload): Media {
  if (upload.bytes.length === 0) throw badRequest("file must be non-empty");
  if (upload.bytes.length > largest[kind]) throw new Refusal(413, "Request Entity Too Large");
  const size = kind === "photo" ? pictureSize(upload.bytes) : { width: 0, height: 0 };
  const fileName = upload.fileName.replaceAll(/[/\\\0]/g, "_") || randomUUID();
  return world.chats.keepFile({ fileName, mimeType: upload.mimeType, bytes: upload.bytes, ...size });
}

/** Signature, and length and name of the first chunk (PNG, second edition, 5.2 and 11.2.2). */
const pngHead = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

/** Width and height in pixels. Throws `Refusal` for what is no picture or out of bounds. */
function pictureSize(bytes: Buffer): { width: number; height: number } {
  const png = bytes.length >= 33 && bytes.subarray(0, pngHead.length).equals(pngHead);
  const jpeg = bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8;
  const webp =
    bytes.subarray(0, 4).toString("latin1") === "RIFF" && bytes.subarray(8, 12).toString("latin1") === "WEBP";
  if (!png && !jpeg && !webp) throw badRequest("IMAGE_PROCESS_FAILED");
  // Only the size of a PNG, which is what the project draws, is read; others are taken for 800 × 600.
  if (!png) return { width: 800, height: 600 };
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const narrow = Math.max(width, height) > 20 * Math.min(width, height);
  if (width === 0 || height === 0 || width + height > 10_000 || narrow)
    throw badRequest("PHOTO_INVALID_DIMENSIONS");
  return { width, height };
}
