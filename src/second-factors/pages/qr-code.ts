/** A code to be photographed, as the path of a picture with one unit for each of its squares, and how many there are on each side. */
export async function qrCode(text: string): Promise<{ size: number; path: string }> {
  // Loaded when the first is drawn: most requests never need it.
  const { default: qrcode } = await import('qrcode');
  const { size, data } = qrcode.create(text).modules;
  const squares = [...data].flatMap((dark, n) => (dark ? [`M${n % size} ${Math.floor(n / size)}h1v1h-1z`] : []));
  return { size, path: squares.join('') };
}
