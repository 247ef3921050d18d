import { systemClock, type Clock } from '../core/clock.ts';
import { every } from '../core/every.ts';
import type { Progress, ProgressStep } from '../core/progress.ts';
import { formatMs } from '../report/duration.ts';
import { paint, plainSigns, type TextStyle } from '../report/text-style.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { cutText, padText, textWidth } from '../report/text-width.ts';

export interface TerminalProgressOptions {
  /** Where progress goes: the process's stderr. */
  readonly stream: { write(text: string): unknown };
  readonly style: TextStyle;
  /** True for a terminal that can move its cursor: live lines are redrawn. Otherwise plain lines are added. */
  readonly live: boolean;
  /** Rows of the terminal: more live lines than that would scroll and stay. @default 24 */
  readonly rows?: number;
  readonly clock?: Pick<Clock, 'now'>;
  /** Calls `tick` again and again until the returned function is called. Must not keep the process alive. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

export interface TerminalProgress extends Progress {
  /** Runs something that writes to the same terminal, with the live lines out of its way. */
  aside(write: () => void): void;
  /** Stops drawing; steps that are still open leave no line behind. */
  close(): void;
}

interface OpenStep {
  readonly title: string;
  readonly startedAt: number;
  readonly estimateMs: number | undefined;
  text: string;
  /** When a plain line about it was written last. */
  toldAt: number;
}

const FRAME_MS = 100;
const PLAIN_MS = 15_000;

/** Shows long work to people, one line per open step; several may be open at the same time. */
export function terminalProgress(options: TerminalProgressOptions): TerminalProgress {
  const { clock = systemClock, every: repeat = every } = options;
  const open = new Set<OpenStep>();
  const screen = options.live ? liveScreen(options) : plainScreen(options);
  let stop: (() => void) | undefined;
  const restart = (): void => {
    if (open.size > 0)
      stop ??= repeat(options.live ? FRAME_MS : 1000, () => screen.tick([...open], clock.now()));
    else {
      stop?.();
      stop = undefined;
    }
  };
  const close = (step: OpenStep, sign: 'good' | 'bad', text: string): void => {
    if (!open.delete(step)) return;
    const line = closingLine(step, { sign, text, ms: clock.now() - step.startedAt, style: options.style });
    screen.ended(line, [...open], clock.now());
    restart();
  };
  return {
    step(title, estimateMs): ProgressStep {
      const now = clock.now();
      const step: OpenStep = { title: oneLine(title), startedAt: now, estimateMs, text: '', toldAt: now };
      open.add(step);
      screen.started(step, [...open], now);
      restart();
      return {
        update: (text) => {
          step.text = oneLine(text);
        },
        done: (text) => close(step, 'good', text),
        fail: (text) => close(step, 'bad', text),
      };
    },
    aside: (write) => screen.aside(write, [...open], clock.now()),
    close() {
      open.clear();
      screen.tick([], clock.now());
      restart();
    },
  };
}

/** How steps get onto one kind of output. */
interface Screen {
  started(step: OpenStep, open: readonly OpenStep[], now: number): void;
  tick(open: readonly OpenStep[], now: number): void;
  ended(line: string, open: readonly OpenStep[], now: number): void;
  aside(write: () => void, open: readonly OpenStep[], now: number): void;
}

function plainScreen({ stream, style }: TerminalProgressOptions): Screen {
  const say = (line: string): unknown => stream.write(`${plainSigns(style, line)}\n`);
  return {
    started: (step) => say(`… ${label(step.title)}${about(step, 'started')}`),
    tick(open, now) {
      for (const step of open) {
        if (now - step.toldAt < PLAIN_MS) continue;
        step.toldAt = now;
        const text = step.text === '' ? '' : `: ${step.text}`;
        say(`… ${label(step.title)}${about(step, `going on for ${formatMs(now - step.startedAt)}`)}${text}`);
      }
    },
    ended: say,
    aside: (write) => write(),
  };
}

/** The live lines are always the last on the screen; everything else is written above them. */
function liveScreen({ stream, style, rows = 24 }: TerminalProgressOptions): Screen {
  let drawn = 0;
  const erase = (): string => {
    const text = drawn === 0 ? '' : `\x1b[${String(drawn)}A\r\x1b[0J`;
    drawn = 0;
    return text;
  };
  const draw = (open: readonly OpenStep[], now: number): string => {
    const room = Math.max(1, rows - 1);
    const shown = open.length <= room ? open : open.slice(0, Math.max(0, room - 1));
    const more = open.length - shown.length;
    const lines = [
      ...shown.map((step) => liveLine(step, now, style)),
      ...(more > 0 ? [`  … and ${String(more)} more`] : []),
    ];
    drawn = lines.length;
    return lines.map((line) => `${plainSigns(style, line)}\n`).join('');
  };
  return {
    started: (_step, open, now) => stream.write(erase() + draw(open, now)),
    tick: (open, now) => stream.write(erase() + draw(open, now)),
    ended: (line, open, now) => stream.write(`${erase()}${plainSigns(style, line)}\n${draw(open, now)}`),
    aside(write, open, now) {
      stream.write(erase());
      write();
      stream.write(draw(open, now));
    },
  };
}

const TITLE = 12;
const TEXT = 44;

function liveLine(step: OpenStep, now: number, style: TextStyle): string {
  const frames = style.unicode ? '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏' : '|/-\\';
  const frame = frames[Math.floor(now / FRAME_MS) % frames.length] ?? '';
  const time = about(step, formatMs(now - step.startedAt));
  const room = style.width - 1 - 2 - TITLE - 2 - time.length;
  const text = cutText(padText(step.text, Math.min(TEXT, room)), room, style.unicode ? '…' : '...');
  return `${paint(style, 'title', frame)} ${label(step.title)}${text}  ${paint(style, 'faint', time)}`;
}

/** @example '12.3 s of about 31.0 s' */
function about(step: OpenStep, text: string): string {
  if (step.estimateMs === undefined) return text;
  return text === 'started'
    ? `takes about ${formatMs(step.estimateMs)}`
    : `${text} of about ${formatMs(step.estimateMs)}`;
}

function closingLine(
  step: OpenStep,
  {
    sign,
    text,
    ms,
    style,
  }: { readonly sign: 'good' | 'bad'; readonly text: string; readonly ms: number; readonly style: TextStyle },
): string {
  const glyph = paint(
    style,
    sign,
    style.unicode ? { good: '✔', bad: '✖' }[sign] : { good: '+', bad: 'x' }[sign],
  );
  const words = padText(oneLine(text), TEXT);
  return `${glyph} ${label(step.title)}${words}  ${paint(style, 'faint', formatMs(ms).padStart(6))}`;
}

function oneLine(text: string): string {
  return sanitizeText(text, 2000).trim().replace(/\s+/g, ' ');
}

/** Titles line up; a longer one still stands apart from what follows it. */
function label(title: string): string {
  return padText(title, Math.max(TITLE, textWidth(title) + 1));
}
