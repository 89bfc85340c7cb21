/** containers in the chat: a page of them by Compose project, or the card of one. */
import { ContainerName } from "../docker/grammar.ts";
import { reading } from "../kit.ts";
import { cardView } from "./card.ts";
import { containers } from "./contract.ts";
import { listView } from "./list.ts";
import { messages } from "./messages.ts";

export const containersReading = reading(
  containers,
  (answer, context, ask) =>
    ask.container === undefined ? listView(answer, context, ask) : cardView(answer, context, ask.container),
  messages,
  {
    menu: "none",
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
  keptFrom,
  verbsFor,
} from "./contract.ts";
export { dependentsOf } from "./depends.ts";
export { beginningWith } from "./list.ts";
export {
  allButton,
  cardButton,
  containerDot,
  containerStateText,
  containerStateWord,
  portTexts,
  shortName,
} from "./shown.ts";
