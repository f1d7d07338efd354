// Real JPEGs, drawn in a browser and dressed with the EXIF that phone cameras write.

/** Draws a picture unlike any other with the same `seed` elsewhere; returns JPEG bytes. */
export async function drawJpeg(phone, { width, height, seed, quality = 0.9 }) {
  const base64 = await phone.evaluate(draw, { width, height, seed, quality });
  return Buffer.from(base64, 'base64');
}

/** What a phone held upright stores: pixels lying on their side and a tag that says so. */
export async function drawCameraPhoto(phone, { seed }) {
  return withOrientation(await drawJpeg(phone, { width: 4000, height: 3000, seed }), 6);
}

/** A small upright picture. */
export function drawSmallPhoto(phone, { seed }) {
  return drawJpeg(phone, { width: 640, height: 480, seed });
}

/** As a file that a person picks. */
export function asFile(name, buffer, mimeType = 'image/jpeg') {
  return { name, mimeType, buffer };
}

/** Width and height from the frame header. */
export function jpegSize(bytes) {
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes.readUInt16BE(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new Error('not a JPEG with a frame');
}

/** Colour at a place of a picture as a browser shows it, places from 0 to 1: `[red, green, blue]`. */
export function colourAt(phone, bytes, x, y) {
  return phone.evaluate(async (asked) => {
    const data = Uint8Array.from(atob(asked.base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([data], { type: 'image/jpeg' }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0);
    return [...pen.getImageData(asked.x * picture.width, asked.y * picture.height, 1, 1).data].slice(0, 3);
  }, { base64: bytes.toString('base64'), x, y });
}

/** Puts an EXIF block with one tag, Orientation, behind the start of the image. */
function withOrientation(jpeg, orientation) {
  const tiff = Buffer.alloc(26);
  tiff.write('II', 0, 'latin1');
  tiff.writeUInt16LE(42, 2);
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0xffe1, 0);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

// Runs in the page. Soft shapes and fine grain, so that it weighs what a camera's picture weighs.
async function draw({ width, height, seed, quality }) {
  let state = seed >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext('2d');
  const sky = pen.createLinearGradient(0, 0, width, height);
  sky.addColorStop(0, `hsl(${Math.floor(random() * 360)} 40% 70%)`);
  sky.addColorStop(1, `hsl(${Math.floor(random() * 360)} 40% 30%)`);
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);
  for (let shape = 0; shape < 4000; shape += 1) {
    pen.fillStyle = `hsl(${Math.floor(random() * 360)} 50% ${Math.floor(random() * 80)}% / 0.4)`;
    pen.fillRect(random() * width, random() * height, random() * width * 0.04, random() * height * 0.04);
  }
  // The top left corner is red: whether it was turned upright can be seen in the result.
  pen.fillStyle = '#f00';
  pen.fillRect(0, 0, width / 4, height / 4);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}
