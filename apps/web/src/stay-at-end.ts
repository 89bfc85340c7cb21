/** Keeping the end of the conversation in sight for who is there, and never moving it for who reads further up. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So near to the end counts as being there, px. */
const NEAR = 64;

export interface StayAtEnd {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** The reader is further up. */
  away: boolean;
  scrolled(): void;
  go(): void;
}

export function useStayAtEnd(...changes: readonly unknown[]): StayAtEnd {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const there = useRef(true);
  const [away, setAway] = useState(false);

  const stay = useCallback(() => {
    const { current } = scroller;
    if (current !== null && there.current) current.scrollTop = current.scrollHeight;
  }, []);
  const scrolled = useCallback(() => {
    const { current } = scroller;
    if (current === null) return;
    there.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR;
    setAway(!there.current);
  }, []);
  const go = useCallback(() => {
    there.current = true;
    setAway(false);
    stay();
  }, [stay]);

  useLayoutEffect(stay, [stay, ...changes]);
  // The keyboard of a phone, a turned phone, a message that grew.
  useEffect(() => {
    const watch = new ResizeObserver(stay);
    if (scroller.current !== null) watch.observe(scroller.current);
    if (content.current !== null) watch.observe(content.current);
    return () => watch.disconnect();
  }, [stay]);
  return { scroller, content, away, scrolled, go };
}
