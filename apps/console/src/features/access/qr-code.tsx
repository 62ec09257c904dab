import { encode } from 'uqr';

/** A QR code as a picture of squares: dark on light in both themes, because readers want it so. */
export function QrCode(props: { readonly text: string; readonly label: string }) {
  const { size, data } = encode(props.text, { ecc: 'M', border: 3 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width={200}
      height={200}
      role="img"
      aria-label={props.label}
      className="qr-code"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
