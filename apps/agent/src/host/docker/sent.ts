/** A call as the bytes it becomes: method, target, body and the one header that carries credentials. */
import { type EngineCall, ROUTES } from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";
import { targetOf } from "./target.ts";
import type { Sent } from "./wire.ts";

const LONGEST_BODY = 1024 * 1024;
/** base64url, as the engine reads it; a token of a large registry has some kilobytes. */
const AUTH = /^[A-Za-z0-9_-]{1,32768}={0,2}$/;

/** Without the API's version. Throws INVALID_COMMAND. */
export function sentOf(call: EngineCall): Sent {
  const target = targetOf(call);
  const { method } = ROUTES[call.route];
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  if (body !== undefined && (method !== "POST" || body.length > LONGEST_BODY))
    throw new Fault("INVALID_COMMAND", `${call.route} can not carry this body`);
  const { registryAuth } = call;
  if (registryAuth !== undefined && (call.route !== "images.pull" || !AUTH.test(registryAuth)))
    throw new Fault("INVALID_COMMAND", `${call.route} can not carry these credentials`);
  return { method, target, body, registryAuth };
}
