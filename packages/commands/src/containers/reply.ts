/** containers in the chat: a page of them by Compose project, or the card of one. */
import { ContainerName } from "../docker/grammar.ts";
import { reading } from "../kit.ts";
import { cardView } from "./card.ts";
import { containers } from "./contract.ts";
import { listView } from "./list.ts";
import { messages } from "./messages.ts";
import { projectsView, projectView } from "./projects.ts";

export const containersReading = reading(
  containers,
  (answer, context, ask) => {
    if (ask.container !== undefined) return cardView(answer, context, ask.container);
    if (ask.project !== undefined) return projectView(answer, context, ask);
    return ask.projects === true ? projectsView(answer, context, ask) : listView(answer, context, ask);
  },
  messages,
  {
    words: (typed, namesServer) => {
      const [first, ...rest] = typed;
      const beginning = ContainerName.safeParse(first);
      if (!beginning.success || namesServer?.(typed.join(" ")) === true) return { ask: {}, rest: typed };
      return { ask: { beginning: beginning.data }, rest };
    },
  },
);

export { ContainerId, ContainerName } from "../docker/grammar.ts";
export type { Container, ContainerVerb } from "./contract.ts";
export {
  asksFirst,
  CONTAINER_VERBS,
  ContainerState,
  containerActions,
  containers,
  keptBy,
  keptFrom,
  verbsFor,
} from "./contract.ts";
export { dependentsOf } from "./depends.ts";
export { beginningWith } from "./list.ts";
export { type Project, projectButton, projectsOf } from "./projects.ts";
export {
  allButton,
  cardButton,
  containerDot,
  containerStateText,
  containerStateWord,
  portTexts,
  shortName,
} from "./shown.ts";
