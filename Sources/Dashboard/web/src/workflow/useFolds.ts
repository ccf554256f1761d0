import { useMemo } from "react";
import { setQuery, useQuery } from "../app/router";
import type { Run } from "./Run";
import { foldWaits, wholeTime } from "./timeFolds";

/// Long waits are folded unless the address says otherwise.
export function useFolds(run: Run, now: number) {
  const isWanted = useQuery().get("waits") !== "whole";
  const origin = Date.parse(run.status?.createdAt ?? "") || now;
  const { index, version } = run;
  const folds = useMemo(() => foldWaits(run, origin, now), [index, version, origin, now]);
  const isFoldable = folds.folds.length > 0;
  return {
    folded: isWanted ? folds : wholeTime,
    isFoldable,
    isFolded: isWanted && isFoldable,
    toggle: () => setQuery({ waits: isWanted ? "whole" : null }),
  };
}
