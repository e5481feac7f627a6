/** A capstan seen from above: hub, drum and six bars. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d="M12 1.5v4M12 18.5v4M2.9 6.75l3.5 2M17.6 15.25l3.5 2M2.9 17.25l3.5-2M17.6 8.75l3.5-2" />
      <circle cx="12" cy="12" r="6.5" />
      <circle cx="12" cy="12" r="2.25" fill="currentColor" stroke="none" />
    </svg>
  );
}
