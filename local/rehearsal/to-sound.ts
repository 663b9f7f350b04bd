export type Sound = { contentType: string; content: Buffer };

const samplesPerSecond = 24_000;

/** A quarter of a second of sound: a tone as wav or pcm, silence as mp3. Undefined for formats that need an encoder. */
export function toSound(format: string): Sound | undefined {
  if (format === "mp3") return { contentType: "audio/mpeg", content: toMp3() };
  if (format === "pcm") return { contentType: "audio/pcm", content: toTone() };
  if (format === "wav") return { contentType: "audio/wav", content: toWav(toTone()) };
  return undefined;
}

/** 440 Hz, 16 bit, mono, little-endian. */
function toTone(): Buffer {
  const samples = samplesPerSecond / 4;
  const tone = Buffer.alloc(samples * 2);
  for (let n = 0; n < samples; n++) {
    tone.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * n) / samplesPerSecond)), n * 2);
  }
  return tone;
}

function toWav(tone: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + tone.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(samplesPerSecond, 24);
  header.writeUInt32LE(samplesPerSecond * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(tone.length, 40);
  return Buffer.concat([header, tone]);
}

/** Ten frames of MPEG-1 Layer III, 128 kbit/s, 44.1 kHz, mono, 417 bytes each; one without content is silent. */
function toMp3(): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0xc4]);
  return Buffer.concat(Array.from({ length: 10 }, () => frame));
}
