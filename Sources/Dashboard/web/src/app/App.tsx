import { useEffect, useRef, useSyncExternalStore } from "react";
import { readServer } from "../api/server";
import { connection } from "../api/connection";
import { StartDialog } from "../list/StartDialog";
import { WorkflowsPage } from "../list/WorkflowsPage";
import { MetricsPage } from "../metrics/MetricsPage";
import { Empty } from "../ui/Empty";
import { WorkersPage } from "../workers/WorkersPage";
import { OpenFilePage } from "../workflow/OpenFilePage";
import { WorkflowPage } from "../workflow/WorkflowPage";
import { ConnectionBanner } from "./ConnectionBanner";
import { HelpDialog } from "./HelpDialog";
import { overlay } from "./overlay";
import { Palette } from "./Palette";
import { navigate, useRoute, type Route } from "./router";
import { listenForShortcuts, useShortcuts } from "./shortcuts";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

export function App() {
  const route = useRoute();
  const shown = useSyncExternalStore(overlay.subscribe, overlay.get);
  const { phase } = useSyncExternalStore(connection.subscribe, connection.get);
  useEffect(listenForShortcuts, []);
  useEffect(() => {
    if (phase === "live") readServer().catch(() => undefined);
  }, [phase]);
  useShortcuts({
    "mod+k": () => overlay.set(overlay.get() === "palette" ? null : "palette"),
    "?": () => overlay.set("help"),
    "1": () => navigate("/"),
    "2": () => navigate("/workers"),
    "3": () => navigate("/metrics"),
  });
  const place = route.page === "workflow" ? `workflow ${route.id}` : route.page;
  const lastPlace = useRef(place);
  useEffect(() => {
    // Who hears the page is taken to the new one's beginning.
    if (place !== lastPlace.current) document.getElementById("main")?.focus({ preventScroll: true });
    lastPlace.current = place;
  }, [place]);
  const close = () => overlay.set(null);

  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <TopBar page={route.page} />
      <ConnectionBanner />
      <main id="main" tabIndex={-1} style={{ outline: "none" }}>
        <Page route={route} />
      </main>
      {shown === "palette" && <Palette onClose={close} />}
      {shown === "help" && <HelpDialog onClose={close} />}
      {shown === "start" && <StartDialog onClose={close} />}
      <Toasts />
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "workflows":
      return <WorkflowsPage />;
    case "workflow":
      return <WorkflowPage key={route.id} id={route.id} />;
    case "metrics":
      return <MetricsPage />;
    case "workers":
      return <WorkersPage />;
    case "open":
      return <OpenFilePage />;
    case "none":
      return (
        <div className="page">
          <Empty icon="search" title="There is no such page">
            <p>The address may be mistyped. Ctrl K finds workflows and pages.</p>
          </Empty>
        </div>
      );
  }
}
