import type { ReactNode } from "react";
import { CopyButton } from "./CopyButton";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  /// What to type next.
  commands?: string[];
}

export function Empty({ icon, title, children, commands = [] }: Props) {
  return (
    <div className="empty">
      <Icon name={icon} size={24} />
      <h2>{title}</h2>
      {children}
      {commands.map((command) => (
        <Command key={command} text={command} />
      ))}
    </div>
  );
}

export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} label="Copy the command" />
    </div>
  );
}
