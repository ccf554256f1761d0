import { useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import { serverInfo } from "../api/server";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Link } from "./Link";
import { Logo } from "./Logo";
import { overlay } from "./overlay";
import type { Route } from "./router";
import { setTheme, theme, themes, type Theme } from "./theme";

const pages: { href: string; title: string; icon: IconName; routes: Route["page"][] }[] = [
  { href: "/", title: "Workflows", icon: "workflows", routes: ["workflows", "workflow", "open"] },
  { href: "/workers", title: "Workers", icon: "workers", routes: ["workers"] },
  { href: "/metrics", title: "Metrics", icon: "metrics", routes: ["metrics"] },
];

const themeIcons: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

export function TopBar({ page }: { page: Route["page"] }) {
  return (
    <header className="top">
      <Link href="/" className="brand" aria-label="Aether: all workflows">
        <Logo />
        <span>Aether</span>
      </Link>
      <nav className="nav" aria-label="Pages">
        {pages.map(({ href, title, icon, routes }) => (
          <Link key={href} href={href} aria-current={routes.includes(page) ? "page" : undefined}>
            <Icon name={icon} size={18} />
            {title}
          </Link>
        ))}
      </nav>
      <div className="top-space" />
      <button type="button" className="search-button" aria-label="Find or do (Control K)" onClick={() => overlay.set("palette")}>
        <Icon name="search" size={14} />
        <span>Find or do…</span>
        <kbd>{/Mac|iP/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <Pulse />
      <ThemeButton />
      <Button look="plain" icon="help" label="Keyboard shortcuts (?)" className="button help-button" onClick={() => overlay.set("help")} />
    </header>
  );
}

function Pulse() {
  const { phase } = useSyncExternalStore(connection.subscribe, connection.get);
  const server = useSyncExternalStore(serverInfo.subscribe, serverInfo.get);
  const words = { live: "Live", connecting: "Connecting", waiting: "Gone" }[phase];
  const details = server ? `Aether ${server.version}, ${server.database}, ${server.addresses.grpc ?? ""}` : words;
  return (
    <div className="pulse" data-phase={phase} title={details} role="status" aria-label={`Connection: ${words}`}>
      <span>{words}</span>
    </div>
  );
}

function ThemeButton() {
  const value = useSyncExternalStore(theme.subscribe, theme.get);
  const next = themes[(themes.indexOf(value) + 1) % themes.length] ?? "system";
  return <Button look="plain" icon={themeIcons[value]} label={`Theme: ${value}; change to ${next}`} onClick={() => setTheme(next)} />;
}
