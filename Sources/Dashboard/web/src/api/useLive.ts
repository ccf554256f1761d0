import { useEffect, useRef } from "react";
import { liveStream, type LiveListener } from "./liveStream";

/// Listens while the component is shown. The listener may change from render to render; the topics make a new stream.
export function useLive(topics: string[], listener: LiveListener): void {
  const current = useRef(listener);
  current.current = listener;
  const key = topics.join("\n");
  useEffect(() => {
    if (key === "") return;
    return liveStream.listen(key.split("\n"), {
      onFrame: (frame) => current.current.onFrame?.(frame),
      onReset: () => current.current.onReset?.(),
    });
  }, [key]);
}
