import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Link, type LinkProps } from "react-router";
import { Spinner } from "./spinner";

export type Look = "primary" | "secondary" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-brand text-on-brand border-transparent hover:bg-brand-strong",
  secondary: "bg-surface text-text border-line hover:bg-hover",
  quiet: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-text",
  danger: "bg-surface text-bad border-line hover:bg-bad-soft",
};
const SIZES = { small: "h-7 px-2 gap-1.5 text-xs", normal: "h-8 px-3 gap-2 text-sm" };

/** The classes of a button, for a link that looks like one. */
export function buttonClass(look: Look = "secondary", size: keyof typeof SIZES = "normal"): string {
  return `inline-flex shrink-0 items-center justify-center rounded-lg border font-medium whitespace-nowrap select-none transition-colors
    disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 ${LOOKS[look]} ${SIZES[size]}`;
}

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: Look;
  size?: keyof typeof SIZES;
  icon?: ReactNode;
  /** Work is under way: the button spins and takes no second click. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ look, size, icon, busy = false, children, className = "", disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${buttonClass(look, size)} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

/** A button that is only an icon: `label` is what it is called, and its tooltip. */
export function IconButton({ label, children, className = "", ...rest }: ButtonProps & { label: string }) {
  return (
    <Button look="quiet" aria-label={label} title={label} className={`w-8 px-0! ${className}`} {...rest}>
      {children}
    </Button>
  );
}

export function ButtonLink({
  look,
  size,
  icon,
  children,
  className = "",
  ...rest
}: LinkProps & { look?: Look; size?: keyof typeof SIZES; icon?: ReactNode }) {
  return (
    <Link className={`${buttonClass(look, size)} ${className}`} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
