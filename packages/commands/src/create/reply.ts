/** create_container in the chat: its stages, and the container it became. */
import type { JobState } from "../docker/job-state.ts";
import { type Blocks, bytesBlocks, fact, note, shortId, stagesBlocks, text } from "../job/shown.ts";
import type { Translate } from "../kit.ts";
import { plainName } from "../shown/names.ts";
import { CREATE_STAGES, CreateResult } from "./contract.ts";

const stage = (t: Translate) => (what: string) =>
  CREATE_STAGES.some((known) => known === what) ? t("create-stage", { what }) : plainName(what);

export const createRunning = (t: Translate, { steps }: JobState): Blocks => [
  ...stagesBlocks(steps, stage(t)),
  ...bytesBlocks(
    t,
    steps.filter(({ state }) => state === "running"),
  ),
];

export function createDone(t: Translate, { result }: JobState, server: string): Blocks | undefined {
  const read = CreateResult.safeParse(result);
  if (!read.success) return undefined;
  const { id, name, image, state, pulled, warnings } = read.data;
  return [
    text(t("create-done", { name, server, state })),
    {
      type: "facts",
      rows: [
        ...fact(t("create-image"), image),
        ...fact(t("create-id"), shortId(id), true),
        ...fact(t("create-state"), t(`containers-${state}`)),
      ],
    },
    ...(pulled ? [note(t("create-pulled"))] : []),
    ...warnings.map((warning) => note(t("create-warning", { warning: plainName(warning) }))),
  ];
}

export {
  type CreatePort,
  CreateResult,
  type CreateVariable,
  type CreateVolume,
  create,
  FolderPath,
  HOST_NAMESPACES,
  RESTARTS,
} from "./contract.ts";
