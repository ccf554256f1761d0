import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "primary" | "danger" | "plain";
  size?: "small";
  icon?: IconName;
  /// Says what a button without text does.
  label?: string;
  children?: ReactNode;
}

export function Button({ look, size, icon, label, children, ...rest }: Props) {
  const shape = children ? size : size ? "small-icon" : "icon";
  return (
    <button type="button" className="button" data-look={look} data-size={shape} aria-label={label} title={label} {...rest}>
      {icon && <Icon name={icon} size={size ? 14 : 16} />}
      {children}
    </button>
  );
}
